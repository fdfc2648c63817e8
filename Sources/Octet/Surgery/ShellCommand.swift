import OctetFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Runs a command of the shell with a limit of time, in a group of processes of its own.
enum ShellCommand {
  /// The exit code that stands for one that was ended since it took too long.
  static let timedOut = 124

  /// - Parameters:
  ///   - output: the file that gets what it prints.
  ///   - errors: the file that gets what it prints on standard error.
  /// - Returns: the exit code, 128 more than the signal for one that a signal has ended; nil where it cannot be started, or
  ///   was interrupted.
  static func run(
    _ command: String, seconds: Int, output: String = "/dev/null", errors: String = "/dev/null",
    isInterrupted: () -> Bool
  ) -> Int? {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    for (descriptor, file) in [(Int32(1), output), (2, errors)] {
      posix_spawn_file_actions_addopen(
        &actions, descriptor, file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    posix_spawnattr_setpgroup(&attributes, 0)
    var arguments: [UnsafeMutablePointer<CChar>?] = [
      strdup("/bin/sh"), strdup("-c"), strdup(command), nil,
    ]
    defer { for argument in arguments { free(argument) } }
    var process: pid_t = 0
    guard posix_spawn(&process, "/bin/sh", &actions, &attributes, &arguments, environ) == 0 else {
      return nil
    }
    let start = ProcessMeasures.nanoseconds
    let limit = UInt64(seconds) * 1_000_000_000
    var wait: UInt32 = 500
    while true {
      var status: Int32 = 0
      let ended = waitpid(process, &status, WNOHANG)
      if ended == process {
        // What it has started and left behind ends with it.
        kill(-process, SIGKILL)
        let signal = Int(status & 0x7F)
        return signal == 0 ? Int(status >> 8 & 0xFF) : 128 + signal
      }
      let isLate = ProcessMeasures.nanoseconds - start > limit
      if ended < 0 && errno != EINTR || isLate || isInterrupted() {
        kill(-process, SIGKILL)
        waitpid(process, &status, 0)
        return isLate ? timedOut : nil
      }
      usleep(wait)
      wait = min(wait * 2, 20_000)
    }
  }
}

/// A folder for files that are gone when nobody has it any more.
final class TemporaryFolder {
  private let folder: String

  /// Nil where none can be made.
  init?() {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array(joinPath(parent, "octet-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else { return nil }
    folder = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  func path(_ name: String) -> String { joinPath(folder, name) }

  deinit {
    for name in folderEntries(folder) ?? [] { unlink(path(name)) }
    rmdir(folder)
  }
}
