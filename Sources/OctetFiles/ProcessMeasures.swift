import COctetPlatform

/// What a process can measure of itself.
package enum ProcessMeasures {
  /// Nanoseconds of a clock that never goes back.
  package static var nanoseconds: UInt64 { octet_monotonic_nanoseconds() }

  /// CPUs that the process may run on.
  package static var availableCPUs: Int { Int(octet_available_cpus()) }

  /// The most memory the process has held so far, in bytes; 0 if the system does not say.
  package static var peakResidentBytes: Int { Int(octet_peak_resident_bytes()) }
}
