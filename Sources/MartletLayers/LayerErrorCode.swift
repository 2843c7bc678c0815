import MartletCore

/// Errors of layers and of the expressions of a model: each with the line of the layer.
package enum LayerErrorCode: Int, ErrorCode {
  case configuration = 401
  case inputShape = 402
  case shapesDoNotFit = 403
  case noSuchAxis = 404
  case notAProperty = 405
  case emptyBatch = 406
  case noSuchParameter = 407
  case foreignTensor = 408
  case optimizerUpdate = 409
  case augmentation = 410
  case loop = 411
  case neverCalled = 412

  package var explanation: ErrorExplanation {
    switch self {
    case .configuration:
      ErrorExplanation(
        .invalidInput, "A layer was given arguments that are not possible.",
        "Correct these arguments.")
    case .inputShape:
      ErrorExplanation(
        .invalidInput, "A layer does not accept its input; the message shows how the shape of the input came about.",
        "Correct the layer, or the layers before it.")
    case .shapesDoNotFit:
      ErrorExplanation(
        .invalidInput, "Two tensors cannot be combined: an axis has two extents, neither of them 1.",
        "Axes are aligned at the end, and equal or 1: reshape, pad or slice one of the two, or correct the layers before.")
    case .noSuchAxis:
      ErrorExplanation(
        .invalidInput, "A tensor has fewer axes than were named.",
        "Name one of the axes that the message has.")
    case .notAProperty:
      ErrorExplanation(
        .invalidInput, "A layer with parameters is called that is not a property of the model: its parameters would be lost.",
        "Keep layers with parameters in stored properties of the model, let out = Linear(…), and make the variables for that model.")
    case .emptyBatch:
      ErrorExplanation(
        .usage, "A model was traced for a batch without samples.",
        "Give a batch of 1 or more.")
    case .noSuchParameter:
      ErrorExplanation(
        .invalidInput, "A layer reads a parameter that it does not list.",
        "List it in the layer's property `parameters`.")
    case .foreignTensor:
      ErrorExplanation(
        .invalidInput, "A tensor of one step is used in another one.",
        "A Tensor is valid while the function that was given it runs: do not keep it.")
    case .optimizerUpdate:
      ErrorExplanation(
        .invalidInput, "A TensorOptimizer returned the wrong number of tensors, or tensors of the wrong type.",
        "Return the new parameter and one tensor for each of `stateNames`, all of the parameter's type.")
    case .loop:
      ErrorExplanation(
        .invalidInput,
        "A tensor that a step of a loop computes is used where the step does not run, or a layer keeps a state inside a loop.",
        "Return the tensor from the step, as a carried or a stacked value. A state is a carried value.")
    case .neverCalled:
      ErrorExplanation(
        .invalidInput, "A model has a layer whose parameters would be trained, and a training step does not call it.",
        "Call it, or remove it. To keep it as it is, leave it out of `training:`, or train with --freeze and its name.")
    case .augmentation:
      ErrorExplanation(
        .usage, "An augmentation of images has a part that is unknown, comes twice or has a number out of range.",
        "Write parts such as shift=2,rotate=10,flip,crop=4,erase=0.1.")
    }
  }
}
