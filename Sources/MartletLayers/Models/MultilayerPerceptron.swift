import MartletCore

/// Three linear layers on the pixels of an image: 784, 512, 256, 10; 535,818 parameters.
package struct MultilayerPerceptron: Model {
  package let layers: Sequential
  package let inputShape: Shape

  /// With the features and outputs of the samples, whatever shape they have.
  package init(for samples: SampleType? = nil) {
    let shape = samples?.input.shape ?? [1, 28, 28]
    inputShape = shape
    layers = Sequential {
      Flatten()
      Linear(shape.elementCount, 512)
      ReLU()
      Linear(512, 256)
      ReLU()
      Linear(256, samples?.outputs ?? 10)
    }
  }

  package func callAsFunction(_ x: Tensor) throws -> Tensor { try layers(x) }
}
