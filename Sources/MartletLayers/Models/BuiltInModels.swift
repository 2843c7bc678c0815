import MartletCore

/// A model that the command line knows by name.
package struct BuiltInModel: Sendable {
  /// As `martlet train` takes it: `mnist-cnn`.
  package let name: String
  private let make: @Sendable (SampleType?) -> any Model

  init(_ name: String, _ make: @escaping @Sendable (SampleType?) -> any Model) { (self.name, self.make) = (name, make) }

  /// The model for samples of a type: with their channels, extents and number of outputs where its architecture allows, else as it was
  /// published. Without a type it is as it was published.
  package func make(for samples: SampleType? = nil) -> any Model { make(samples) }
}

/// The models that the command line knows by name.
package enum BuiltInModels {
  /// In the order in which `martlet` lists them.
  package static let all: [BuiltInModel] = [
    BuiltInModel("mnist-cnn") { MNISTCNN(for: $0) },
    BuiltInModel("lenet5") { LeNet5(for: $0) },
    BuiltInModel("resnet8") { ResNet8(for: $0) },
    BuiltInModel("vgg-small") { VGGSmall(for: $0) },
    BuiltInModel("mlp") { MultilayerPerceptron(for: $0) },
    BuiltInModel("vit-small") { VisionTransformer(for: $0) },
    BuiltInModel("resnet18") { ResNet18(for: $0) },
    BuiltInModel("mobilenet-small") { MobileNetSmall(for: $0) },
    BuiltInModel("wide-mlp") { WideMLP(for: $0) },
    BuiltInModel("keras-cnn") { KerasCNN(for: $0) },
    BuiltInModel("resnet-stem") { ResNetStem(for: $0) },
    BuiltInModel("convnext-small") { ConvNeXtSmall(for: $0) },
    BuiltInModel("unet-small") { UNetSmall(for: $0) },
    BuiltInModel("autoencoder") { Autoencoder(for: $0) },
    BuiltInModel("gpt-small") { GPT.small(for: $0) },
    BuiltInModel("char-lstm") { CharLSTM(for: $0) },
    BuiltInModel("gpt2") { GPT.gpt2(for: $0) },
  ]
}
