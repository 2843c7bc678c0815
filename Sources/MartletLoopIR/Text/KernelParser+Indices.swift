import MartletCore

extension KernelTextParser {
  // MARK: Conditions

  mutating func condition() throws -> Condition {
    // An index condition begins with an index, a mask has data in it; both may be long: scan ahead for '%' before '{'.
    var offset = 0
    while reader.peek(offset).kind != .end, reader.peek(offset).text != "{" {
      if reader.peek(offset).kind == .value { return .mask(try expression()) }
      offset += 1
    }
    return .indices(try indexConditions())
  }

  mutating func indexConditions() throws -> [IndexCondition] {
    var conditions: [IndexCondition] = []
    repeat {
      let index = try index()
      try reader.expect("in")
      let lower = try self.index()
      try reader.expect("..<")
      conditions.append(IndexCondition(index, lower, try self.index()))
    } while reader.take("and")
    return conditions
  }

  // MARK: Indices

  mutating func index() throws -> Index { try nested { try $0.indexSum() } }

  private mutating func indexSum() throws -> Index {
    var sum = try indexProduct()
    while true {
      if reader.take("+") {
        sum = sum + (try indexProduct())
      } else if reader.take("-") {
        sum = sum - (try indexProduct())
      } else {
        return sum
      }
    }
  }

  mutating func indexProduct() throws -> Index {
    var product = try indexPrimary()
    while true {
      let location = reader.current.location
      if reader.take("*") {
        let factor = try indexPrimary()
        if let constant = factor.constantValue {
          product = product * constant
        } else if let constant = product.constantValue {
          product = factor * constant
        } else {
          throw MartletError(TextErrorCode.indexArithmetic, "an index is multiplied by constants only", at: location)
        }
      } else if reader.take("/") {
        product = product / (try positiveConstant())
      } else if reader.take("%") {
        product = product % (try positiveConstant())
      } else {
        return product
      }
    }
  }

  mutating func positiveConstant() throws -> Int {
    let location = reader.current.location
    guard let constant = try indexPrimary().constantValue, constant > 0 else {
      throw MartletError(TextErrorCode.indexArithmetic, "an index is divided by positive constants only", at: location)
    }
    return constant
  }

  mutating func indexPrimary() throws -> Index {
    if reader.take("-") { return try nested { try $0.indexPrimary() } * -1 }
    if reader.take("(") {
      let inner = try index()
      try reader.expect(")")
      return inner
    }
    if reader.isAt("[") {
      let values = try reader.list("[", "]") { try $0.integer("a table entry") }
      try reader.expect("[")
      let position = try index()
      try reader.expect("]")
      return .table(values, position)
    }
    if reader.current.kind == .number { return Index(try reader.integer("an index")) }
    if reader.beginsStatement(reader.position) { throw reader.unexpected("an index") }
    let token = try reader.expect(.word, "an index")
    useIndex(token)
    return Index(variable: token.text)
  }

  mutating func access(_ name: String) throws -> Access {
    try reader.expect("[")
    var subscripts: [Index] = []
    var lanes = 1
    var first: Index?
    if !reader.isAt("]") {
      repeat { subscripts.append(try index()) } while reader.take(",")
    }
    if reader.take(":") {
      lanes = try reader.integer("a number of lanes")
      if reader.take("first") { first = try index() }
    }
    try reader.expect("]")
    return Access(name, subscripts, lanes: lanes, first: first)
  }

  mutating func registerSubscripts() throws -> [Index] {
    try reader.expect("[")
    var subscripts: [Index] = []
    repeat { subscripts.append(try index()) } while reader.take(",")
    try reader.expect("]")
    return subscripts
  }
}
