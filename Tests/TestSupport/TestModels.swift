import MartletLayers

/// The built-in models as tests run them: of the large networks versions with eight channels after the first convolution, which have the same
/// layers and names. Tests/Fixtures/networks.py builds the same in PyTorch.
package enum TestModels {
  private static let narrow: [String: @Sendable () -> any Model] = [
    "resnet18": { ResNet18(width: 8) }, "mobilenet-small": { MobileNetSmall(width: 8) },
  ]

  /// The names of all built-in models.
  package static let names = BuiltInModels.all.map(\.name)

  /// Nil for a name that no built-in model has.
  package static func make(_ name: String) -> (any Model)? {
    BuiltInModels.all.first { $0.name == name }.map { narrow[name]?() ?? $0.make() }
  }
}
