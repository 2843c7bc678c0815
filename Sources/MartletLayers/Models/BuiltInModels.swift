/// The models that the command line knows by name.
package enum BuiltInModels {
  package static let all: [(name: String, make: @Sendable () -> any Model)] = [
    ("mnist-cnn", { MNISTCNN() }),
    ("lenet5", { LeNet5() }),
    ("resnet8", { ResNet8() }),
    ("vgg-small", { VGGSmall() }),
    ("mlp", { MultilayerPerceptron() }),
    ("vit-small", { VisionTransformer() }),
    ("resnet18", { ResNet18() }),
    ("mobilenet-small", { MobileNetSmall() }),
  ]
}
