import MartletCore
import MartletInspection
import MartletTraining

/// Shows what happens in a training run.
protocol TrainingReporter {
  mutating func report(_ event: Trainer.Event)
  mutating func finish()
}

/// The tutorial's lines, and a line of progress where there is a terminal.
struct TextReporter: TrainingReporter {
  /// What a run is, for its display.
  struct Run {
    var epochs: Int
    var batch: Int
    /// What a sample is called: `images` or `samples`.
    var noun: String
    /// Whether only results and warnings are printed.
    var isQuiet: Bool
  }

  private let run: Run
  private var progress: ProgressLine
  private var pace = TrainingPace()
  private var epoch = 0

  init(_ run: Run) {
    self.run = run
    progress = ProgressLine(isWanted: !run.isQuiet)
  }

  mutating func report(_ event: Trainer.Event) {
    switch event {
    case .compiled(let seconds):
      note("Compiled in \(NumberText.fixed(seconds, decimals: 2)) s")
      pace.begin()
    case .memory(let fit): note("Memory: \(fit.summary)")
    case .loss(let epoch, let step, let loss, let rate, let isLogged):
      if epoch != self.epoch {
        self.epoch = epoch
        pace.beginEpoch(after: step - 1)
        note("Epoch \(epoch)\n-------------------------------")
      }
      pace.add(loss, rate)
      if isLogged { note("loss:\(NumberText.fixed(Double(loss), decimals: 6, width: 7)) [number:\(step)]") }
    case .correct(let correct, let samples): pace.add(correct: correct, of: samples)
    case .step(let epoch, let step, let total):
      let (pace, run) = (pace, run)
      progress.draw("epoch \(epoch)/\(run.epochs)", step, of: total, pace.details(epoch, step, of: total, run))
    case .epoch(_, let seconds, let imagesPerSecond, let gigaflops):
      let share = pace.accuracy.map { ", accuracy \(NumberText.fixed($0 * 100, decimals: 2)) %" } ?? ""
      note(
        "\(NumberText.fixed(seconds, decimals: 2)) s, \(NumberText.fixed(imagesPerSecond, decimals: 0)) \(run.noun)/s, "
          + "\(NumberText.fixed(gigaflops, decimals: 1)) GFLOP/s, mean loss \(NumberText.fixed(pace.meanLoss, decimals: 4))\(share)")
      pace.pause()
    case .test(_, let result, _):
      line(result.text)
      pace.testAccuracy = result.accuracy
    case .validation(_, _, let values, let isBest):
      let list = values.map { "\($0.name) \(NumberText.fixed($0.value, decimals: 6))" }.joined(separator: ", ")
      note("Validation: \(list)\(isBest ? " (best so far)" : "")")
    case .stopped(let epoch, let bestEpoch, let monitor, let best):
      let reason =
        bestEpoch == 0
        ? "\(monitor) was never a finite number" : "\(monitor) was best in epoch \(bestEpoch), \(NumberText.fixed(best, decimals: 6))"
      note("Stopped early after epoch \(epoch): \(reason).")
    case .nonFinite(let epoch, let step, let loss):
      progress.clear()
      Output.error("warning: the loss of epoch \(epoch), step \(step) is \(NumberText.unsignedNaN(loss))")
    case .resumed(let path, let epoch, let step): note("Resumed from \(path): epoch \(epoch), step \(step).")
    case .saved: break
    }
  }

  /// A result, which a quiet run has too.
  private mutating func line(_ text: String) {
    progress.clear()
    Output.line(text)
  }

  private mutating func note(_ text: String) { if !run.isQuiet { line(text) } }

  mutating func finish() { progress.clear() }
}

/// One object a line.
struct JSONReporter: TrainingReporter {
  private var pace = TrainingPace()
  private var epoch = 0

  mutating func report(_ event: Trainer.Event) {
    switch event {
    case .compiled(let seconds): Output.line("{\"event\": \"compile\", \"seconds\": \(number(seconds))}")
    case .memory(let fit):
      Output.line(
        "{\"event\": \"memory\", \"allowed_bytes\": \(fit.byteCount), \"bytes\": \(fit.after.total), \"bytes_before\": \(fit.before.total), "
          + "\"micro_batches\": \(fit.microBatches), \"computed_twice\": \(fit.repetitions.count), "
          + "\"repeated_operations\": \(fit.repeatedOperations), \"operations\": \(fit.operations)}")
    case .loss(let epoch, let step, let loss, let rate, let isLogged):
      if epoch != self.epoch {
        self.epoch = epoch
        pace.beginEpoch(after: step - 1)
      }
      pace.add(loss, rate)
      if isLogged {
        let text = loss.isFinite ? NumberText.text(loss) : "null"
        Output.line("{\"event\": \"loss\", \"epoch\": \(epoch), \"step\": \(step), \"loss\": \(text)}")
      }
    case .nonFinite(let epoch, let step, let loss):
      Output.line(
        "{\"event\": \"non_finite_loss\", \"epoch\": \(epoch), \"step\": \(step), \"loss\": \"\(NumberText.unsignedNaN(loss))\"}"
      )
    case .correct(let correct, let samples): pace.add(correct: correct, of: samples)
    case .step: break
    case .resumed(_, let epoch, let step): Output.line("{\"event\": \"resumed\", \"epoch\": \(epoch), \"step\": \(step)}")
    case .saved(_, let epoch, let step): Output.line("{\"event\": \"saved\", \"epoch\": \(epoch), \"step\": \(step)}")
    case .epoch(let epoch, let seconds, let imagesPerSecond, let gigaflops):
      Output.line(
        "{\"event\": \"epoch\", \"epoch\": \(epoch), \"seconds\": \(number(seconds)), \"images_per_s\": \(number(imagesPerSecond)), "
          + "\"gflops\": \(number(gigaflops)), \"loss\": \(pace.meanLoss.isFinite ? number(pace.meanLoss) : "null")"
          + "\(pace.accuracy.map { ", \"accuracy\": \(number($0))" } ?? "")}")
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

  /// The event; `epoch` is nil where no run is going on. `more` are members that stand at the end, with a comma before each.
  func json(epoch: Int?, hash: String, more: String = "") -> String {
    let place = epoch.map { "\"epoch\": \($0), " } ?? ""
    let share = accuracy.map { "\"accuracy\": \(JSONWriter.number($0)), " } ?? ""
    let perplexity = perplexity.map { "\"perplexity\": \($0.isFinite ? JSONWriter.number($0) : "null"), " } ?? ""
    return "{\"event\": \"test\", \(place)\(share)\(perplexity)\"loss\": \(JSONWriter.number(loss)), "
      + "\"sample_loss\": \(JSONWriter.number(sampleLoss)), \"weights_sha256\": \"\(hash)\"\(more)}"
  }
}
