extension Program: CustomStringConvertible {
  /// The launches of one execution, in order, each with its memory.
  public var description: String {
    func place(_ storage: Storage) -> String {
      switch storage {
      case .parameter(let index): "%\(parameters[index].name)"
      case .result(let index): "result \(results[index].name)"
      case .temporary(let index): "%\(temporaries[index].name)"
      }
    }
    var text = "schedule @\(name): \(launches.count) launches, \(kernels.count) kernels, arena \(memory.arenaByteCount) bytes\n"
    for (time, launch) in launches.enumerated() {
      let number = String(time)
      text += String(repeating: " ", count: max(0, 4 - number.count)) + number + "  "
      switch launch {
      case .kernel(let index, let storages):
        let kernel = kernels[index]
        let arguments = zip(kernel.parameters, storages).map { "\($0.access.rawValue) \(place($1))" }
        text += "@\(kernel.name) over \(kernel.over) (\(arguments.joined(separator: ", ")))\n"
      case .copy(let source, let target): text += "copy \(place(source)) to \(place(target))\n"
      }
    }
    return text
  }
}
