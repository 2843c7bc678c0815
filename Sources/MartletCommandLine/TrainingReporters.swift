import MartletCore
import MartletInspection
import MartletTraining

/// Shows what happens in a training run.
protocol TrainingReporter {
  mutating func report(_ event: Trainer.Event)
  mutating func finish()
}

/// The tutorial's lines, and a bar where there is a terminal.
struct TextReporter: TrainingReporter {
  private var bar = ProgressBar(isWanted: true)
  private let logsSteps: Bool
  private var epoch = 0
  private var lastLoss: Float = 0

  init(logsSteps: Bool) { self.logsSteps = logsSteps }

  mutating func report(_ event: Trainer.Event) {
    switch event {
    case .compiled(let seconds): line("Compiled in \(NumberText.fixed(seconds, decimals: 2)) s")
    case .loss(let epoch, let step, let loss, _, let isLogged):
      if epoch != self.epoch {
        self.epoch = epoch
        line("Epoch \(epoch)\n-------------------------------")
      }
      lastLoss = loss
      if isLogged { line("loss:\(NumberText.fixed(Double(loss), decimals: 6, width: 7)) [number:\(step)]") }
    case .step(let epoch, let step, let total):
      bar.draw("epoch \(epoch)", step, of: total, "loss \(NumberText.fixed(Double(lastLoss), decimals: 4))")
    case .epoch(_, let seconds, let imagesPerSecond, let gigaflops):
      line(
        "\(NumberText.fixed(seconds, decimals: 2)) s, \(NumberText.fixed(imagesPerSecond, decimals: 0)) images/s, "
          + "\(NumberText.fixed(gigaflops, decimals: 1)) GFLOP/s")
    case .test(_, let result, _): line(result.text)
    case .validation(_, _, let values, let isBest):
      let list = values.map { "\($0.name) \(NumberText.fixed($0.value, decimals: 6))" }.joined(separator: ", ")
      line("Validation: \(list)\(isBest ? " (best so far)" : "")")
    case .stopped(let epoch, let bestEpoch, let monitor, let best):
      let reason =
        bestEpoch == 0
        ? "\(monitor) was never a finite number" : "\(monitor) was best in epoch \(bestEpoch), \(NumberText.fixed(best, decimals: 6))"
      line("Stopped early after epoch \(epoch): \(reason).")
    case .nonFinite(let epoch, let step, let loss):
      bar.clear()
      Output.error("warning: the loss of epoch \(epoch), step \(step) is \(NumberText.unsignedNaN(loss))")
    case .resumed(let path, let epoch, let step): line("Resumed from \(path): epoch \(epoch), step \(step).")
    case .saved: break
    }
  }

  private mutating func line(_ text: String) {
    bar.clear()
    Output.line(text)
  }

  mutating func finish() { bar.clear() }
}

/// One object a line.
struct JSONReporter: TrainingReporter {
  mutating func report(_ event: Trainer.Event) {
    switch event {
    case .compiled(let seconds): Output.line("{\"event\": \"compile\", \"seconds\": \(number(seconds))}")
    case .loss(let epoch, let step, let loss, _, let isLogged):
      if isLogged {
        let text = loss.isFinite ? NumberText.text(loss) : "null"
        Output.line("{\"event\": \"loss\", \"epoch\": \(epoch), \"step\": \(step), \"loss\": \(text)}")
      }
    case .nonFinite(let epoch, let step, let loss):
      Output.line(
        "{\"event\": \"non_finite_loss\", \"epoch\": \(epoch), \"step\": \(step), \"loss\": \"\(NumberText.unsignedNaN(loss))\"}"
      )
    case .step: break
    case .resumed(_, let epoch, let step): Output.line("{\"event\": \"resumed\", \"epoch\": \(epoch), \"step\": \(step)}")
    case .saved(_, let epoch, let step): Output.line("{\"event\": \"saved\", \"epoch\": \(epoch), \"step\": \(step)}")
    case .epoch(let epoch, let seconds, let imagesPerSecond, let gigaflops):
      Output.line(
        "{\"event\": \"epoch\", \"epoch\": \(epoch), \"seconds\": \(number(seconds)), \"images_per_s\": \(number(imagesPerSecond)), "
          + "\"gflops\": \(number(gigaflops))}")
    case .test(let epoch, let result, let hash): Output.line(result.json(epoch: epoch, hash: hash))
    case .validation(let epoch, let step, let values, let isBest):
      let list = values.map { "\(JSONWriter.quoted($0.name)): \($0.value.isFinite ? number($0.value) : "null")" }.joined(separator: ", ")
      Output.line(
        "{\"event\": \"validation\", \"epoch\": \(epoch), \"step\": \(step), \"values\": {\(list)}, \"best\": \(isBest)}")
    case .stopped(let epoch, let bestEpoch, let monitor, let best):
      Output.line(
        "{\"event\": \"stopped\", \"epoch\": \(epoch), \"best_epoch\": \(bestEpoch), \"monitor\": \(JSONWriter.quoted(monitor)), "
          + "\"best\": \(best.isFinite ? number(best) : "null")}")
    }
  }

  private func number(_ value: Double) -> String { JSONWriter.number(value) }

  mutating func finish() {}
}

extension TestResult {
  /// The tutorial's lines.
  var text: String {
    let share = accuracy.map { "Accuracy: \(NumberText.fixed($0 * 100, decimals: 2))%, " } ?? ""
    let perplexity = perplexity.map { ", Perplexity: \(NumberText.fixed($0, decimals: 4))" } ?? ""
    return "Test result:\n \(share)Avg loss: \(NumberText.fixed(loss, decimals: 6))\(perplexity)"
  }

  /// The event; `epoch` is nil where no run is going on.
  func json(epoch: Int?, hash: String) -> String {
    let place = epoch.map { "\"epoch\": \($0), " } ?? ""
    let share = accuracy.map { "\"accuracy\": \(JSONWriter.number($0)), " } ?? ""
    let perplexity = perplexity.map { "\"perplexity\": \($0.isFinite ? JSONWriter.number($0) : "null"), " } ?? ""
    return "{\"event\": \"test\", \(place)\(share)\(perplexity)\"loss\": \(JSONWriter.number(loss)), "
      + "\"sample_loss\": \(JSONWriter.number(sampleLoss)), \"weights_sha256\": \"\(hash)\"}"
  }
}
