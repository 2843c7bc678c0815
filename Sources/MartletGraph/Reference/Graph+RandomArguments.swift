import MartletCore

extension Graph {
  /// Numbers for every parameter, equal for equal names and seeds however many other parameters there are.
  ///
  /// Floating-point numbers are uniform in -1 ..< 1, in 0 ..< 1 for states, which hold variances too; integers lie below what they index, or
  /// below 10. Throws what the elements of a damaged graph throw.
  package func randomArguments(seed: UInt64) throws -> [HostTensor] {
    let limits = try inputIndexLimits()
    return parameters.enumerated().map { position, parameter in
      var generator = PyTorchGenerator(seed: parameter.name.utf8.reduce(seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 } & 0xffff_ffff)
      let numbers = (0..<parameter.type.elementCount).map { _ -> Double in
        switch parameter.type.dtype {
        case .f32, .f64: Double(generator.uniform(parameter.role == .state ? 0 : -1, 1))
        case .i32: Double(generator.below(max(limits[position] ?? 10, 1)))
        case .u8: Double(generator.below(max(min(limits[position] ?? 256, 256), 1)))
        case .bool: Double(generator.below(2))
        }
      }
      return HostTensor(parameter.type, numbers: numbers)
    }
  }
}
