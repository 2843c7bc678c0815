import Glibc

/// Runs other programs.
package enum ChildProcess {
  /// Runs a program, found on the search path unless it is named by a path, with both outputs in one file, and waits for its end. Returns the status of
  /// `waitpid`, 0 for success; throws the number of the error where the program cannot be started.
  package static func run(_ arguments: [String], output: String) throws(StartFailure) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    let texts = arguments.map { strdup($0) }
    defer { for text in texts { free(text) } }
    var process = pid_t()
    let failure = posix_spawnp(&process, arguments[0], &actions, nil, texts + [nil], environ)
    guard failure == 0 else { throw StartFailure(reason: String(cString: strerror(failure))) }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return status
  }

  package struct StartFailure: Error {
    package let reason: String
  }

  /// Makes a folder for the files of a run below `$TMPDIR`; nil with `errno` where that fails.
  package static func temporaryFolder(_ name: String) -> String? {
    var template = Array("\(FileBytes.environment("TMPDIR") ?? "/tmp")/martlet-\(name)-XXXXXX".utf8CString)
    return template.withUnsafeMutableBufferPointer { bytes in
      bytes.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
    }
  }
}
