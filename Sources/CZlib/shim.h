// zlib as a Swift module. Debian and Ubuntu: zlib1g-dev.
#ifndef OCTET_CZLIB_SHIM_H
#define OCTET_CZLIB_SHIM_H

#include <zlib.h>

#endif
