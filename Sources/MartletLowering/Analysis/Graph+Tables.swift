import MartletCore
import MartletGraph

// Constants of many numbers. They have no expression that kernels could hold: the program brings their memory along (`PlannedMemory`).

extension Graph {
  /// The graph with the constants of many numbers before the fusions that hold them. Passes make no such fusions; a file may have them.
  ///
  ///     %0 = fusion @f(%x) {                                       %0 = constant() {values = base64 "…"} : f32[300]
  ///       %1 = constant() {values = base64 "…"} : f32[300]    =>   %1 = fusion @f(%x, %0) {
  ///       %2 = add(%x, %1) : f32[300]                                %2 = add(%x, %0) : f32[300]
  func withTablesOutsideFusions() throws -> Graph {
    guard nodes.contains(where: { ($0.operation as? Fusion)?.region.hasTables ?? false }) else { return self }
    return try rebuilt { builder, index, operands in
      guard let fusion = nodes[index].operation as? Fusion, fusion.region.hasTables else { return nil }
      let (lifted, tables) = try fusion.liftingTables()
      return try builder.add(lifted, operands + (try tables.map { try builder.add($0) }))
    }
  }

  fileprivate var hasTables: Bool {
    nodes.contains { $0.isTable || ($0.operation as? Fusion)?.region.hasTables ?? false }
  }
}

extension Fusion {
  /// The fusion with further operands in the place of its constants of many numbers, and these.
  fileprivate func liftingTables() throws -> (fusion: Fusion, tables: [Constant]) {
    var tables: [Constant] = []
    let lifted = try region.rebuilt { builder, index, operands in
      func outside(_ table: Constant) throws -> Value {
        tables.append(table)
        return try builder.parameter(String(region.parameters.count + tables.count - 1), .input, table.type)
      }
      if let constant = region.nodes[index].operation as? Constant, constant.isTable { return [try outside(constant)] }
      guard let inner = region.nodes[index].operation as? Fusion, inner.region.hasTables else { return nil }
      let (fusion, further) = try inner.liftingTables()
      return try builder.add(fusion, operands + (try further.map(outside)))
    }
    return (Fusion(name: name, region: lifted), tables)
  }
}
