/// All strategies, in the order in which they are tried.
enum Strategies {
  static let all: [any Strategy.Type] = [
    SplitReduction.self,
    WindowFilterGradient.self,
    ScatteredGradients.self,
    LossWithGradient.self,
    Winograd.self,
    FilterGradient.self,
    Convolutions.self,
    Products.self,
    SampleProducts.self,
    General.self,
  ]
}
