import MartletCompiler
import MartletTraining
import MartletCore
import MartletRuntime

/// A recording in the Trace Event Format, which ui.perfetto.dev and chrome://tracing open.
///
/// Metadata events (`ph` `M`) name the process and its threads, the host's first; a complete event (`ph` `X`) is a stretch of time, in microseconds,
/// with its categories and arguments. Source: "Trace Event Format",
/// docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU.
package enum ChromeTrace {
  private static let process = 1
  private static let host = 1

  /// One line an event. The list after those of the workers is the host's.
  package static func text(_ profiler: Profiler, workers: Int, process name: String = "martlet") -> String {
    var lines = [metadata("process_name", host, "\"name\": \(JSONWriter.quoted(name))")]
    for worker in 0...workers {
      let title = worker == workers ? "host" : "worker \(worker)"
      lines.append(metadata("thread_name", thread(worker, workers), "\"name\": \"\(title)\""))
      lines.append(metadata("thread_sort_index", thread(worker, workers), "\"sort_index\": \(thread(worker, workers))"))
    }
    let labels = profiler.labels
    let heads = labels.map(head)
    for event in profiler.events() {
      let label = labels[event.label]
      let own = arguments(of: event, label)
      // Whole nanoseconds: a stretch that begins where another one ended does so in the file.
      let (begin, end) = ((event.start * 1e9).rounded(), (event.end * 1e9).rounded())
      let all = [heads[event.label].arguments, own].filter { !$0.isEmpty }.joined(separator: ", ")
      lines.append(
        "{\"ph\": \"X\", \"pid\": \(process), \"tid\": \(thread(event.worker, workers)), \(heads[event.label].title), "
          + "\"ts\": \(microseconds(begin)), \"dur\": \(microseconds(end - begin))\(all.isEmpty ? "" : ", \"args\": {\(all)}")}"
      )
    }
    return "{\"displayTimeUnit\": \"ms\", \"traceEvents\": [\n" + lines.joined(separator: ",\n") + "\n]}\n"
  }

  /// Thread 1 is the host.
  private static func thread(_ worker: Int, _ workers: Int) -> Int { worker == workers ? host : worker + 2 }

  private static func metadata(_ name: String, _ thread: Int, _ arguments: String) -> String {
    "{\"ph\": \"M\", \"pid\": \(process), \"tid\": \(thread), \"name\": \"\(name)\", \"args\": {\(arguments)}}"
  }

  /// What all events of a label have in common.
  private static func head(_ label: Profiler.Label) -> (title: String, arguments: String) {
    let categories = label.categories.map(\.rawValue).joined(separator: ",")
    let details = label.details.map { detail in
      let values = detail.values.map(JSONWriter.quoted)
      return "\(JSONWriter.quoted(detail.key)): \(values.count == 1 && !detail.isList ? values[0] : "[\(values.joined(separator: ", "))]")"
    }
    return ("\"name\": \(JSONWriter.quoted(label.name)), \"cat\": \"\(categories)\"", details.joined(separator: ", "))
  }

  /// The part of a kernel's iterations that ran, with what it computed and moved; the number of a step.
  private static func arguments(of event: Profiler.Event, _ label: Profiler.Label) -> String {
    guard let part = event.part else { return "" }
    guard let iterations = label.iterations else { return "\"step\": \(part)" }
    let share = Double(part) / Double(max(iterations, 1))
    var parts = ["\"iterations\": \(part)", "\"of_iterations\": \(iterations)"]
    if let operations = label.operations {
      parts.append("\"flop\": \(whole(operations * share))")
      let seconds = event.end - event.start
      if seconds > 0 { parts.append("\"gflops\": \(NumberText.fixed(operations * share / seconds * 1e-9, decimals: 2))") }
    }
    if let bytes = label.bytes { parts.append("\"bytes\": \(whole(bytes * share))") }
    return parts.joined(separator: ", ")
  }

  private static func whole(_ value: Double) -> String { NumberText.fixed(value, decimals: 0) }
  private static func microseconds(_ nanoseconds: Double) -> String { NumberText.fixed(nanoseconds * 1e-3, decimals: 3) }
}
