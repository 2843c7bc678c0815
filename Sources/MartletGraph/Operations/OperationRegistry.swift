import MartletCore
import Synchronization

/// All operations that IR text can name, one line each. Tests, `martlet ops` and the parser are generated from it.
public enum OperationRegistry {
  package static var all: [any TensorOperation.Type] { builtIn + added.withLock { $0 } }

  private static let added = Mutex<[any TensorOperation.Type]>([])

  /// Makes operations of a program's own known by their mnemonics: `MartletCommand.main(operations:)`. Throws where a mnemonic is taken.
  public static func add(_ operations: [any TensorOperation.Type]) throws {
    try added.withLock { known in
      for type in operations where !known.contains(where: { $0 == type }) {
        guard byMnemonic[type.mnemonic] == nil, !known.contains(where: { $0.mnemonic == type.mnemonic }) else {
          throw MartletError(GraphErrorCode.duplicateName, "two operations have the mnemonic '\(type.mnemonic)'")
        }
        known.append(type)
      }
    }
  }

  /// Those of this package, which its tests go through.
  package static let builtIn: [any TensorOperation.Type] = [
    Constant.self, Iota.self,
    Negate.self, Exponential.self, Logarithm.self, SquareRoot.self, HyperbolicTangent.self, Sigmoid.self, Relu.self, AbsoluteValue.self,
    Sign.self, ReciprocalSquareRoot.self, SigmoidLinearUnit.self, Softplus.self, GaussianErrorLinearUnit.self, ErrorFunction.self,
    Floor.self, Round.self, LogarithmOfOnePlus.self, ExponentialMinusOne.self,
    Add.self, Subtract.self, Multiply.self, Divide.self, Maximum.self, Minimum.self, Power.self, FloorDivide.self, Remainder.self,
    ArcTangent2.self,
    Compare.self, LogicalAnd.self, LogicalOr.self, LogicalXor.self, LogicalNot.self, Select.self, Convert.self,
    Broadcast.self, Reshape.self, Transpose.self, Pad.self, Slice.self, Concatenate.self, After.self,
    Gather.self, BatchGather.self, ScatterAdd.self, GatherElements.self, ScatterAddElements.self, OneHot.self, RandomUniform.self,
    ReduceSum.self, ReduceMean.self, ReduceMax.self, ReduceMin.self, ArgumentOfMaximum.self, CumulativeSum.self,
    MatrixMultiply.self,
    Convolution2D.self, Convolution2DInputGradient.self, Convolution2DFilterGradient.self, ConvolutionTranspose2D.self,
    MaxPool2D.self, MaxPool2DGradient.self, AveragePool2D.self, AveragePool2DGradient.self,
    LogSoftmax.self, CrossEntropy.self, CrossEntropyGradient.self,
    ReluGradient.self,
    SGDUpdate.self, AdamUpdate.self, RMSpropUpdate.self, AverageUpdate.self,
  ]

  private static let byMnemonic: [String: any TensorOperation.Type] = {
    var table: [String: any TensorOperation.Type] = [:]
    for type in builtIn { table[type.mnemonic] = type }
    return table
  }()

  /// The operation that text names, with its attributes.
  package static func make(_ mnemonic: String, _ attributes: [Attribute], resultTypes: [TensorType]) throws -> any TensorOperation {
    guard let type = byMnemonic[mnemonic] ?? added.withLock({ known in known.first { $0.mnemonic == mnemonic } }) else {
      throw MartletError(
        GraphErrorCode.unknownOperation, "unknown operation '\(mnemonic)'",
        advice: KnownNames.advice("operations", all.map { $0.mnemonic }, insteadOf: mnemonic, all: "martlet ops lists them"))
    }
    var reader = AttributeReader(attributes, mnemonic: mnemonic)
    let operation = try type.init(&reader, resultTypes: resultTypes)
    try reader.finish()
    return operation
  }
}
