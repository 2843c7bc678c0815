import MartletCore

/// Four linear layers that give 784 intensities again behind 32 numbers: 784, 256, 32, 256, 784; 419,120 parameters. The loss is the mean squared
/// error of what it gives for a sample with the sample itself.
/// Source: G. E. Hinton, R. R. Salakhutdinov, "Reducing the Dimensionality of Data with Neural Networks", 2006.
package struct Autoencoder: Model, NumberedLayers {
  package let layers: Sequential
  package let inputShape: Shape

  /// With the features of the samples, whatever shape they have.
  package init(for samples: SampleType? = nil) {
    let shape = samples?.input.shape ?? [784]
    let features = shape.elementCount
    inputShape = shape
    layers = Sequential {
      Linear(features, 256)
      ReLU()
      Linear(256, 32)
      ReLU()
      Linear(32, 256)
      ReLU()
      Linear(256, features)
      Sigmoid()
    }
  }

  package var samples: SampleType {
    let features = inputShape.elementCount
    return SampleType(input: TensorType(.u8, inputShape), target: TensorType(.f32, [features]), outputs: features)
  }

  package func callAsFunction(_ x: Tensor) throws -> Tensor { try layers(x.rows()) }
}

extension Autoencoder: PredictsItsInput {}
