import MartletCore
import MartletLayers

/// The built-in models as tests run them: of the large networks versions with eight channels after the first convolution, which have the same
/// layers and names. Tests/Fixtures/networks.py builds the same in PyTorch.
package enum TestModels {
  private static let narrow: [String: @Sendable () -> any Model] = [
    "resnet18": { ResNet18(width: 8) }, "mobilenet-small": { MobileNetSmall(width: 8) },
  ]

  /// Models that are large, or have other samples than images with classes: `Zoo` of ConformanceTests has them in place of the tests of all
  /// others.
  private static let zoo: Set = [
    "wide-mlp", "keras-cnn", "resnet-stem", "convnext-small", "unet-small", "autoencoder", "gpt-small", "char-lstm",
    "gpt2",
  ]

  /// The names of the built-in models that are small and take images with classes.
  package static let names = BuiltInModels.all.map(\.name).filter { !zoo.contains($0) }

  /// All built-in models but gpt2, which takes minutes: `MARTLET_ZOO` adds it.
  package static let allNames = BuiltInModels.all.map(\.name).filter {
    $0 != "gpt2" || FileBytes.environment("MARTLET_ZOO").map { $0 == "all" || $0.split(separator: ",").contains("gpt2") } ?? false
  }

  /// Nil for a name that no built-in model has.
  package static func make(_ name: String) -> (any Model)? {
    BuiltInModels.all.first { $0.name == name }.map { narrow[name]?() ?? $0.make() }
  }
}
