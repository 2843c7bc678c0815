import MartletCore

/// Three linear layers of 4,096 features on 784 numbers: 784, 4,096, 4,096, 10; 20,037,642 parameters.
package struct WideMLP: Model, NumberedLayers {
  package let layers: Sequential
  package let inputShape: Shape

  /// With the features and outputs of the samples, whatever shape they have.
  package init(for samples: SampleType? = nil) {
    let shape = samples?.input.shape ?? [784]
    inputShape = shape
    layers = Sequential {
      Linear(shape.elementCount, 4096)
      ReLU()
      Linear(4096, 4096)
      ReLU()
      Linear(4096, samples?.outputs ?? 10)
    }
  }

  package func callAsFunction(_ x: Tensor) throws -> Tensor { try layers(x.rows()) }
}

extension Tensor {
  /// All axes but the first as one.
  func rows() throws -> Tensor { shape.rank == 2 ? self : try flatten() }
}
