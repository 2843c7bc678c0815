import MartletCore
import MartletInspection
import MartletRuntime
import MartletTraining

/// The first line of `train --json`: what is trained, on what, and how.
enum StartEvent {
  /// The event in front of it where a run has several processes.
  static func machines(_ group: any ProcessGroup, _ route: BufferRoute?, microBatches: Int) -> String {
    "{\"event\": \"machines\", \"processes\": \(group.count), \"micro_batches\": \(microBatches), \"library\": \(JSONWriter.quoted(libraries(group, route)))}"
  }

  /// What carries messages between the processes, and between their GPUs: `Open MPI 4.1.4, NCCL 2.27.3`.
  static func libraries(_ group: any ProcessGroup, _ route: BufferRoute?) -> String {
    [group.library, route?.exchange?.library].compactMap { $0 }.joined(separator: ", ")
  }

  static func text(
    _ settings: Checkpoint.Settings, _ data: DataSet, epochs: Int, threads: Int, device: String, parameters: Int
  ) -> String {
    var members: [(String, String)] = [
      ("event", JSONWriter.quoted("start")), ("version", JSONWriter.quoted(MartletVersion.text)),
      ("model", JSONWriter.quoted(settings.model)), ("parameters", "\(parameters)"), ("device", JSONWriter.quoted(device)),
      ("threads", "\(threads)"), ("data", JSONWriter.quoted(data.name)), ("path", JSONWriter.quoted(data.path)),
      ("train_samples", "\(data.train.count)"), ("validation_samples", "\(data.validation?.count ?? 0)"),
      ("test_samples", "\(data.test.count)"), ("epochs", "\(epochs)"), ("batch", "\(settings.batch)"),
      ("optimizer", JSONWriter.quoted(settings.optimizer)), ("seed", "\(settings.seed)"), ("shuffle", "\(settings.shuffles)"),
      ("fused", "\(settings.fuses ?? true)"),
    ]
    for (name, value) in settings.adjustable.merging(settings.fixed, uniquingKeysWith: { first, _ in first }).sorted(by: { $0.key < $1.key }
    ) {
      members.append((name, Double(value).flatMap { $0.isFinite ? JSONWriter.number($0) : nil } ?? JSONWriter.quoted(value)))
    }
    return "{\(members.map { "\(JSONWriter.quoted($0.0)): \($0.1)" }.joined(separator: ", "))}"
  }
}
