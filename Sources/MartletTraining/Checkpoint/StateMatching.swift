import MartletCore
import MartletGraph
import MartletLayers

/// Finds the tensors of a file that belong to the variables of a model: PyTorch's state dicts under a prefix or in other precisions, Martlet's
/// own checkpoints with an optimizer's state.
struct StateMatching {
  typealias Variable = (name: String, type: TensorType)

  /// For messages.
  let path: String
  /// `the model mnist-cnn`, for messages.
  let owner: String
  /// The model's parameters and states.
  let model: [Variable]
  /// What else must be there: the state of an optimizer, the names of which need not have the prefix.
  var optimizer: [Variable] = []
  /// The model's counters, which no graph has.
  var counters: Set<String> = []

  /// A tensor of the file.
  private enum Source {
    /// `half` is its type in the file where that was F16 or BF16.
    case tensor(HostTensor, half: String?)
    case foreign(ForeignTensor)

    var shape: Shape {
      switch self {
      case .tensor(let tensor, _): tensor.shape
      case .foreign(let tensor): tensor.shape
      }
    }

    var typeText: String {
      switch self {
      case .tensor(let tensor, let half): half.map { "\($0)\(tensor.shape)" } ?? "\(tensor.type)"
      case .foreign(let tensor): tensor.typeText
      }
    }
  }

  /// The tensors of all variables, those of the model first. Throws `missingTensor` with all that are missing, `tensorType` with the
  /// first that does not fit, and `entryValue` for an impossible number of updates.
  func match(_ file: Safetensors) throws -> (tensors: [(name: String, tensor: HostTensor)], notes: LoadNotes) {
    let names = file.tensors.map(\.name) + file.foreign.map(\.name)
    let contents = file.tensors.map { Source.tensor($0.tensor, half: file.halves[$0.name]) } + file.foreign.map { Source.foreign($0) }
    let sources = Dictionary(zip(names, contents), uniquingKeysWith: { first, _ in first })
    var notes = LoadNotes(path: path)
    let prefix = try prefix(names)
    func place(_ variable: Variable) -> String? { [prefix + variable.name, variable.name].first { sources[$0] != nil } }
    let places = (model + optimizer).map { (variable: $0, place: place($0)) }
    let missing = places.filter { $0.place == nil }.map(\.variable)
    let used = Set(places.compactMap(\.place))
    guard missing.isEmpty else {
      throw lacking(missing, prefix, names.filter { !used.contains($0) }.compactMap { name in sources[name].map { (name, $0.shape) } })
    }
    notes.prefix = prefix
    var found: [(name: String, tensor: HostTensor)] = []
    var misfits: [String] = []
    for (variable, place) in places {
      guard let place, let source = sources[place] else { continue }
      guard source.shape == variable.type.shape, let (tensor, code) = try converted(source, place, variable.type) else {
        misfits.append("'\(place)' is \(source.typeText), \(owner) needs \(variable.type)")
        continue
      }
      found.append((variable.name, tensor))
      if let code { notes.conversions[code, default: 0] += 1 }
    }
    if let first = misfits.first {
      let others = misfits.count > 1 ? "; \(misfits.count - 1) more \(misfits.count > 2 ? "tensors do" : "tensor does") not fit" : ""
      let isShapeRight = places.contains { variable, place in
        place.flatMap { sources[$0] }.map { $0.shape == variable.type.shape && first.hasPrefix("'\(place ?? "")' ") } ?? false
      }
      throw MartletError(
        CheckpointErrorCode.tensorType, "\(path): tensor \(first)\(others)",
        advice: isShapeRight ? "Save it in another type: tensor.float() in PyTorch, tensor.int() where integers are needed." : nil)
    }
    let shapes = Dictionary(model.map { ($0.name, $0.type.shape) }, uniquingKeysWith: { first, _ in first })
    notes.unused = names.filter { name in
      guard !used.contains(name), let source = sources[name] else { return false }
      return !isKnown(name, source, shapes) && !(name.hasPrefix(prefix) && isKnown(String(name.dropFirst(prefix.count)), source, shapes))
    }
    for name in notes.unused { if case .foreign(let tensor)? = sources[name] { notes.unreadable[name] = tensor.code } }
    // The next update adds 1 to it.
    if optimizer.contains(where: { $0.name == StepNames.step }),
      let count = found.first(where: { $0.name == StepNames.step })?.tensor.elements(as: Int32.self)?.first,
      !(0..<Int32.max).contains(count)
    {
      throw MartletError(
        CheckpointErrorCode.entryValue,
        "\(path): tensor '\(StepNames.step)' is \(count), it must be an integer from 0 to \(Int32.max - 1)")
    }
    return (found, notes)
  }

  /// Whether a tensor that is no variable belongs to the model all the same: an optimizer's state, a counter.
  private func isKnown(_ name: String, _ source: Source, _ shapes: [String: Shape]) -> Bool {
    if name == StepNames.step { return source.shape.rank == 0 }
    if counters.contains(name) { return true }
    guard let point = name.lastIndex(of: ".") else { return false }
    return shapes[String(name[..<point])] == source.shape
  }

  // MARK: Types

  /// A tensor as the type of a variable, and its element type in the file where it is another one; nil where it cannot be converted.
  private func converted(_ source: Source, _ name: String, _ type: TensorType) throws -> (tensor: HostTensor, code: String?)? {
    switch source {
    case .tensor(let tensor, let half):
      if tensor.type == type { return (tensor, half) }
      guard type.dtype == .f32, let elements = tensor.elements(as: Double.self) else { return nil }
      let rounded = elements.map { Float($0) }
      if let position = rounded.indices.first(where: { !rounded[$0].isFinite && elements[$0].isFinite }) {
        throw MartletError(
          CheckpointErrorCode.tensorType,
          "\(path): element \(position) of tensor '\(name)' is \(elements[position]), which f32 does not hold",
          advice: "Save numbers of at most 3.4e38; larger ones come of a training that diverged.")
      }
      return (try HostTensor(type.shape, elements: rounded), SafetensorsType.code(.f64))
    case .foreign(let tensor):
      guard type.dtype == .i32, let integers = tensor.integers else { return nil }
      let exact = integers.compactMap { Int32(exactly: $0) }
      if exact.count < integers.count, let number = integers.first(where: { Int32(exactly: $0) == nil }) {
        throw MartletError(
          CheckpointErrorCode.tensorType, "\(path): tensor '\(name)' holds \(number), which i32 does not hold",
          advice: "Save a number that i32 holds, or leave the tensor out.")
      }
      return (try HostTensor(type.shape, elements: exact), tensor.code)
    }
  }

  // MARK: Prefixes

  /// Names have at most so many parts before the variable's.
  private static let deepestPrefix = 16
  /// What wraps a module in PyTorch: DataParallel, Lightning and others, torch.compile.
  private static let wrappers = ["module.", "model.", "_orig_mod."]

  /// What stands before the names of the model in the file: nothing, or the prefix under which the file has all of them, or else the most.
  /// Throws where all are under several prefixes.
  private func prefix(_ names: [String]) throws -> String {
    let wanted = Set(model.map(\.name))
    var counts = ["": 0]
    for name in names {
      if wanted.contains(name) { counts["", default: 0] += 1 }
      var start = name.startIndex
      for _ in 0..<StateMatching.deepestPrefix {
        guard let point = name[start...].firstIndex(of: ".") else { break }
        start = name.index(after: point)
        if wanted.contains(String(name[start...])) { counts[String(name[..<start]), default: 0] += 1 }
      }
    }
    guard !wanted.isEmpty, counts[""] != wanted.count else { return "" }
    let fitting = counts.filter { $0.value == wanted.count }.keys.sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
    if let known = StateMatching.wrappers.first(where: fitting.contains) { return known }
    guard fitting.count < 2 else {
      throw MartletError(
        CheckpointErrorCode.missingTensor,
        "\(path) has all names of \(owner) under several prefixes: \(LoadNotes.list(fitting)); which of them are meant is open",
        advice: "Keep the tensors of one of them in the file.")
    }
    if let only = fitting.first { return only }
    let best = counts.max { ($0.value, $1.key.utf8.count, $1.key) < ($1.value, $0.key.utf8.count, $0.key) }
    return best.map { $0.value > 0 ? $0.key : "" } ?? ""
  }

  // MARK: Missing tensors

  /// Names whose likely sources are looked for: this takes time for each.
  private static let mostGuessed = 3
  private static let mostCandidates = 2000

  private func lacking(_ missing: [Variable], _ prefix: String, _ unused: [(name: String, shape: Shape)]) -> MartletError {
    let needed = model.count + optimizer.count
    let names = LoadNotes.list(missing.map(\.name))
    var message = "\(path) has no tensor \(names), which \(owner) needs"
    if missing.count > 1 { message = "\(path) has no tensors \(names): \(missing.count) of the \(needed) that \(owner) needs" }
    if !prefix.isEmpty { message += ", also not under the prefix '\(prefix)' of the others" }
    let guesses = missing.prefix(StateMatching.mostGuessed).compactMap { variable -> String? in
      let fitting = unused.filter { $0.shape == variable.type.shape }.map(\.name).prefix(StateMatching.mostCandidates)
      return NameDistance.nearest(to: prefix + variable.name, among: Array(fitting)).map { "'\($0)' may be '\(variable.name)'" }
    }
    if !guesses.isEmpty {
      message += ". Of the same shape in the file: " + guesses.joined(separator: ", ")
    } else if missing.count == needed {
      message += unused.isEmpty ? "; the file has no tensors" : "; the file has \(LoadNotes.list(unused.map(\.name)))"
    }
    return MartletError(CheckpointErrorCode.missingTensor, message)
  }
}
