// What a user of the library needs beside `Model`: diagnostics, data sets, calibration and tensors.
@_exported public import OctetData
@_exported public import OctetDiagnostics
@_exported public import OctetIR
@_exported public import OctetQuantize
