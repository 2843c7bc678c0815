extension Program: CustomStringConvertible {
  /// The launches of one execution, in order, each with its memory.
  package var description: String {
    /// In bytes; `step` counts the innermost loop's turns, `step_of_0` those of the outermost.
    func position(_ slice: Slice) -> String {
      let moves = slice.strides.enumerated().filter { $0.element != 0 }.map { depth, stride in
        "\(stride < 0 ? "-" : "+") \(abs(stride)) * step\(depth + 1 == slice.strides.count ? "" : "_of_\(depth)")"
      }
      return ([String(slice.start)] + moves).joined(separator: " ")
    }
    func place(_ storage: Storage) -> String {
      switch storage {
      case .parameter(let index): "%\(parameters[index].name)"
      case .result(let index): "result \(results[index].name)"
      case .temporary(let index): "%\(temporaries[index].name)"
      case .slice(let base, let slice): "\(place(base))[\(position(slice))]"
      case .table(let index): "constant %\(tables[index].name)"
      }
    }
    func call(_ index: Int, _ storages: [Storage]) -> String {
      let kernel = kernels[index].kernel
      let arguments = zip(kernel.parameters, storages).map { parameter, storage in
        let space = parameter.space == .global ? "" : "\(parameter.space.rawValue) "
        return "\(parameter.access.rawValue) \(space)\(place(storage))"
      }
      return "@\(kernel.name) over \(kernel.over) (\(arguments.joined(separator: ", ")))\n"
    }
    func line(_ number: Int, _ text: String) -> String {
      let number = String(number)
      return String(repeating: " ", count: max(0, 4 - number.count)) + number + "  " + text
    }
    var text = "schedule @\(name): \(launches.count) launches in \(phases.count) phases, \(kernels.count) kernels, "
    text += "arena \(memory.arenaByteCount) bytes, \(workerMemory.arenaByteCount) a worker\n"
    for (number, phase) in phases.enumerated() {
      if let updateGuard, phase.lowerBound == updateGuard.launch {
        text += "unless \(results[updateGuard.result].name) is finite the run ends here: no variable has changed\n"
      }
      for loop in loops where loop.launches.lowerBound == phase.lowerBound {
        text += "loop of \(loop.count) steps over launches \(loop.launches.lowerBound) to \(loop.launches.upperBound - 1)\n"
      }
      text += "phase \(number)\n"
      for time in phase {
        switch launches[time] {
        case .kernel(let index, let storages): text += line(time, call(index, storages))
        case .copy(let source, let target): text += line(time, "copy \(place(source)) to \(place(target))\n")
        case .region(let region):
          text += line(time, "region over \(region.samples) samples, \(region.shards) shards, tile \(region.tile)\n")
          for inner in region.calls {
            text += "        \(inner.isOncePerShard ? "once a shard " : "")" + call(inner.kernel, inner.storages)
          }
        }
      }
    }
    if !temporaries.isEmpty { text += "storage in memory\n" }
    for temporary in temporaries {
      text += "      %\(temporary.name): \(temporary.space == .global ? "" : "\(temporary.space.rawValue) ")\(temporary.type)\n"
    }
    return text
  }
}

extension Program {
  /// The memory plan as text: shared memory, then that of one worker.
  package var memoryDescription: String {
    guard !workerMemory.requests.isEmpty else { return memory.description }
    return "shared: one column a phase\n\(memory)\na worker: one column a call\n\(workerMemory)"
  }
}
