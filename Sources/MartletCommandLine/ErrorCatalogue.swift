import MartletCompiler
import MartletInspection
import MartletTraining
import MartletCPU
import MartletCUDA
import MartletCore
import MartletGraph
import MartletLayers
import MartletLoopIR
import MartletLowering
import MartletMPI
import MartletRuntime
import MartletTransforms

/// All numbered errors, layer by layer: what `martlet explain` and `docs/errors.md` show.
package enum ErrorCatalogue {
  package struct Entry: Hashable, Sendable {
    package var number: Int
    package var name: String
    package var explanation: ErrorExplanation
  }

  package struct Layer: Hashable, Sendable {
    package var title: String
    package var entries: [Entry]
  }

  package static let layers: [Layer] = [
    layer("Files", FileErrorCode.self), layer("Tensors", TensorErrorCode.self), layer("Text of the IR", TextErrorCode.self),
    layer("Graphs and operations", GraphErrorCode.self), layer("Layers and models", LayerErrorCode.self),
    layer("Passes", PassErrorCode.self), layer("Kernels", KernelErrorCode.self), layer("Lowering", LoweringErrorCode.self),
    layer("Run time", RuntimeErrorCode.self), layer("Machine code", CPUErrorCode.self), layer("GPU", CUDAErrorCode.self),
    layer("Several processes", MPIErrorCode.self),
    layer("Data sets", DataErrorCode.self), layer("Images", ImageErrorCode.self),
    layer("Checkpoints", CheckpointErrorCode.self), layer("Training", TrainingErrorCode.self),
    layer("Library", LibraryErrorCode.self), layer("Command line", UsageErrorCode.self),
  ]

  private static func layer<Code: ErrorCode>(_ title: String, _ codes: Code.Type) -> Layer {
    Layer(title: title, entries: Code.allCases.map { Entry(number: $0.rawValue, name: "\($0)", explanation: $0.explanation) })
  }

  /// The tables of `docs/errors.md`.
  package static var markdown: String {
    layers.map { layer in
      "## \(layer.title)\n\n| number | exit code | what happened | what to do |\n| --- | --- | --- | --- |\n"
        + layer.entries.map {
          "| M\($0.number) | \($0.explanation.kind.rawValue) | \($0.explanation.meaning) | \($0.explanation.remedy) |\n"
        }.joined()
    }.joined(separator: "\n")
  }
}
