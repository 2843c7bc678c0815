/// The names that inputs and results of a model's step have in text: the command line's contract. Everything that reads or writes them by name
/// takes the names from here.
package enum StepNames {
  /// The inputs of a batch of samples.
  package static let input = "images"
  /// The targets of a batch: numbers of classes, or numbers to predict.
  package static let target = "labels"
  /// The scalar that training minimises.
  package static let loss = "loss"
  /// What the model gives for each sample.
  package static let output = "logits"
  /// The learning rate of a step.
  package static let learningRate = "learning_rate"
  /// Seed and number of a step: what is random in it depends on these.
  package static let randomKey = "random_key"
  /// The number within the whole batch of the first sample of a micro-batch: what is random in it depends on the sample.
  package static let firstSample = "first_sample"
  /// The share that a micro-batch has of the samples of the whole batch.
  package static let share = "share"
  /// The factor of all gradients that clips their norm, where the norm is known outside of the graph.
  package static let gradientFactor = "gradient_factor"
  /// The number of the updates so far, a state of optimizers.
  package static let step = "step"

  /// A name for what the compiler adds: with underscores behind it where a variable has the name.
  package static func free(_ name: String, isTaken: (String) -> Bool) -> String {
    var free = name
    while isTaken(free) { free += "_" }
    return free
  }

  /// Whether `name` is `added`, or made of it by `free`.
  package static func isFree(_ name: String, of added: String) -> Bool {
    name.hasPrefix(added) && name.dropFirst(added.count).allSatisfy { $0 == "_" }
  }
}
