import MartletCompiler
import MartletTraining
import MartletCore
import MartletRuntime

/// A recording in the Trace Event Format, which chrome://tracing and ui.perfetto.dev open.
/// Source: "Trace Event Format", docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU.
package enum ChromeTrace {
  /// One line a stretch; times in microseconds. The list after those of the workers is the host's.
  package static func text(_ profiler: Profiler, workers: Int) -> String {
    var lines = (0...workers).map { worker in
      let name = worker == workers ? "host" : "worker \(worker)"
      return "{\"ph\": \"M\", \"pid\": 0, \"tid\": \(worker), \"name\": \"thread_name\", \"args\": {\"name\": \"\(name)\"}}"
    }
    for event in profiler.events() {
      lines.append(
        "{\"ph\": \"X\", \"pid\": 0, \"tid\": \(event.worker), \"name\": \(JSONWriter.quoted(event.name)), \"ts\": \(microseconds(event.start)), "
          + "\"dur\": \(microseconds(event.end - event.start))}")
    }
    return "{\"displayTimeUnit\": \"ms\", \"traceEvents\": [\n" + lines.joined(separator: ",\n") + "\n]}\n"
  }

  private static func microseconds(_ seconds: Double) -> String { NumberText.fixed(seconds * 1e6, decimals: 3) }
}
