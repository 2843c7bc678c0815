import MartletCore

/// Errors of graphs and their operations.
package enum GraphErrorCode: Int, ErrorCode {
  case unknownOperation = 301
  case attributeValue = 302
  case unknownAttribute = 303
  case operandCount = 304
  case operandTypes = 305
  case missingPart = 306
  case duplicateName = 307
  case impossibleShape = 308
  case brokenReference = 309
  case inferredType = 310
  case resultNamedLikeInput = 311
  case newValueType = 312
  case argumentCount = 313
  case argumentType = 314
  case evaluation = 315
  case missingAdjoint = 316
  case batchAxis = 317
  case numberDoesNotFit = 318

  package var explanation: ErrorExplanation {
    switch self {
    case .unknownOperation:
      ErrorExplanation(
        .invalidInput, "No operation has this name.",
        "martlet ops lists the operations, IR/README.md explains them.")
    case .attributeValue:
      ErrorExplanation(
        .invalidInput, "An attribute is missing, of another kind, or out of its range.",
        "martlet ops NAME shows the attributes of the operation.")
    case .unknownAttribute:
      ErrorExplanation(
        .invalidInput, "The operation has no attribute of this name.",
        "martlet ops NAME shows the attributes of the operation.")
    case .operandCount:
      ErrorExplanation(
        .invalidInput, "The operation has the wrong number of operands.",
        "martlet ops NAME shows the operands of the operation.")
    case .operandTypes:
      ErrorExplanation(
        .invalidInput, "The operation does not take operands of these types and shapes.",
        "martlet ops NAME shows operands that the operation takes.")
    case .missingPart:
      ErrorExplanation(
        .invalidInput, "The operation needs a result type or a region, or has too many results.",
        "Write it as in IR/README.md.")
    case .duplicateName:
      ErrorExplanation(
        .invalidInput, "Two parameters or two results have the same name.",
        "Give one of them another name.")
    case .impossibleShape:
      ErrorExplanation(
        .invalidInput, "A shape with a negative extent, or with more elements than fit any machine.",
        "Correct the extents, or make the batch smaller.")
    case .brokenReference:
      ErrorExplanation(
        .invalidInput, "A value is used before the node that makes it, or does not exist.",
        "Nodes stand in topological order; use GraphBuilder to make graphs.")
    case .inferredType:
      ErrorExplanation(
        .invalidInput, "A node has other result types than its operation infers.",
        "Let the operation infer the types.")
    case .resultNamedLikeInput:
      ErrorExplanation(
        .invalidInput, "A result has the name of an input, and inputs cannot be updated.",
        "Rename the result, or make the input a state.")
    case .newValueType:
      ErrorExplanation(
        .invalidInput, "The new value of a parameter or state has another type.",
        "Convert or reshape it to the type of the parameter.")
    case .argumentCount:
      ErrorExplanation(
        .invalidInput, "A graph was given more or fewer tensors than it has parameters.",
        "Give one tensor for each parameter, in order.")
    case .argumentType:
      ErrorExplanation(
        .invalidInput, "A graph or operation was given a tensor of another type.",
        "Give a tensor of exactly the parameter's type.")
    case .evaluation:
      ErrorExplanation(
        .checkFailed, "An operation's evaluate gives another type than it infers: a mistake in the operation.",
        "Correct evaluate or inferTypes of the operation.")
    case .missingAdjoint:
      ErrorExplanation(
        .invalidInput, "differentiate was called for an operation without an adjoint of its first result.",
        "Only the pass differentiate calls differentiate, with adjoints.")
    case .batchAxis:
      ErrorExplanation(
        .invalidInput, "A batch axis is out of range, on a parameter that is not an input, or has another extent than the others.",
        "Write {batch = AXIS} behind inputs only; their extents along it are equal.")
    case .numberDoesNotFit:
      ErrorExplanation(
        .invalidInput, "A number of an operation, such as the value of a constant, does not fit the element type it has there.",
        "Write a number that the type holds; the message has its range. Or give the constant another type and convert it.")
    }
  }
}
