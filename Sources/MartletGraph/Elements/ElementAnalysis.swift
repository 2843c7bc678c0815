import MartletCore

/// Facts about element expressions, each computed once an object.
package final class ElementAnalysis {
  package init() {}

  /// A scalar that is read from memory, with the folds around it, outermost first.
  package struct Read {
    package var operand: Int
    package var index: [Index]
    package var folds: [Fold]
  }

  private var freeVariables: [ObjectIdentifier: Set<String>] = [:]
  /// Keeps the objects alive whose identifiers are keys.
  private var kept: [AnyObject] = []

  /// The index variables that an element uses and does not bind itself. A value carried by an outer fold counts as one, named after it.
  package func free(_ element: Element) -> Set<String> {
    if let known = freeVariables[ObjectIdentifier(element)] { return known }
    var result: Set<String> = []
    switch element.kind {
    case .constant: break
    case .read(_, let index): for position in index { result.formUnion(position.variables) }
    case .unary(_, let x), .convert(let x): result = free(x)
    case .binary(_, let a, let b), .compare(_, let a, let b): result = free(a).union(free(b))
    case .select(let condition, let a, let b): result = free(condition).union(free(a)).union(free(b))
    case .index(let index): result.formUnion(index.variables)
    case .guarded(let conditions, let value, let otherwise):
      result = free(value).union(free(otherwise))
      for condition in conditions { result.formUnion(condition.index.variables) }
    case .fold(let fold, _):
      for step in fold.steps { result.formUnion(free(step)) }
      for initial in fold.initial { result.formUnion(free(initial)) }
      for condition in fold.conditions { result.formUnion(condition.index.variables) }
      result.subtract(fold.variables.map(\.name))
      result.remove(ElementAnalysis.carriedName(fold.carried))
    case .carried(let token, _): result = [ElementAnalysis.carriedName(token)]
    case .withDataIndex(let variable, let value, _, let body): result = free(body).subtracting([variable]).union(free(value))
    }
    freeVariables[ObjectIdentifier(element)] = result
    kept.append(element)
    return result
  }

  private static func carriedName(_ token: Fold.Carried) -> String { "carried \(UInt(bitPattern: ObjectIdentifier(token).hashValue))" }

  /// Calls the body for an element and all below it, once an object; `folds` are those around it.
  package func visit(_ roots: [Element], _ body: (Element, _ folds: [Fold]) -> Void) {
    var seen: Set<ObjectIdentifier> = []
    func visit(_ element: Element, _ folds: [Fold]) {
      guard seen.insert(ObjectIdentifier(element)).inserted else { return }
      body(element, folds)
      for child in element.children { visit(child, folds) }
      if case .fold(let fold, _) = element.kind {
        for initial in fold.initial { visit(initial, folds) }
        for step in fold.steps { visit(step, folds + [fold]) }
      }
    }
    for root in roots { visit(root, []) }
  }

  /// Adds the intervals of all folds' variables.
  package func addFoldBounds(of roots: [Element], to bounds: inout IndexBounds) {
    visit(roots) { element, _ in
      guard case .fold(let fold, _) = element.kind else { return }
      for variable in fold.variables { bounds.set(variable.name, Interval(0, max(variable.extent - 1, 0))) }
    }
  }

  package func reads(_ roots: [Element]) -> [Read] {
    var result: [Read] = []
    visit(roots) { element, folds in
      if case .read(let operand, let index) = element.kind { result.append(Read(operand: operand, index: index, folds: folds)) }
    }
    return result
  }

  /// The reads that no condition inside of the roots protects: those that an element makes wherever it is computed.
  package func unconditionalReads(_ roots: [Element]) -> [Read] {
    var result: [Read] = []
    var seen: Set<ObjectIdentifier> = []
    func visit(_ element: Element, _ folds: [Fold]) {
      guard seen.insert(ObjectIdentifier(element)).inserted else { return }
      switch element.kind {
      case .read(let operand, let index): result.append(Read(operand: operand, index: index, folds: folds))
      case .guarded(_, _, let otherwise): visit(otherwise, folds)
      case .fold(let fold, _):
        for initial in fold.initial { visit(initial, folds) }
        if fold.conditions.isEmpty { for step in fold.steps { visit(step, folds + [fold]) } }
      default: for child in element.children { visit(child, folds) }
      }
    }
    for root in roots { visit(root, []) }
    return result
  }

  /// The folds that are not inside another one, each once, in order of appearance.
  package func outermostFolds(_ roots: [Element]) -> [Fold] {
    var result: [Fold] = []
    visit(roots) { element, folds in
      if folds.isEmpty, case .fold(let fold, _) = element.kind, !result.contains(where: { $0 === fold }) { result.append(fold) }
    }
    return result
  }

  /// How many parents each element has below the roots; a fold's steps count as its children.
  package func useCounts(_ roots: [Element]) -> [ObjectIdentifier: Int] {
    var counts: [ObjectIdentifier: Int] = [:]
    for root in roots { counts[ObjectIdentifier(root), default: 0] += 1 }
    visit(roots) { element, _ in
      for child in element.children { counts[ObjectIdentifier(child), default: 0] += 1 }
      if case .fold(let fold, let result) = element.kind, result == 0 {
        for step in fold.steps { counts[ObjectIdentifier(step), default: 0] += 1 }
      }
    }
    return counts
  }
}

extension Element {
  /// The operands, without what a fold holds.
  package var children: [Element] {
    switch kind {
    case .constant, .read, .index, .fold, .carried: []
    case .unary(_, let x), .convert(let x): [x]
    case .binary(_, let a, let b), .compare(_, let a, let b): [a, b]
    case .select(let condition, let a, let b): [condition, a, b]
    case .guarded(_, let value, let otherwise): [value, otherwise]
    case .withDataIndex(_, let value, _, let body): [value, body]
    }
  }
}

extension Element {
  /// Copies of several elements with other subscripts in their reads and other index values; what was shared stays shared, and what does not change
  /// is not copied. `guarding` gives the conditions of a guarded value, of which it sees the original; `fold` may replace the result of a fold; it is
  /// given what maps the elements inside.
  package static func mapping(
    _ roots: [Element], read: (Int, [Index]) -> [Index], index: (Index) -> Index,
    conditions: ([IndexCondition]) -> [IndexCondition] = { $0 },
    guarding: ([IndexCondition], _ value: Element) -> [IndexCondition] = { conditions, _ in conditions },
    fold replacement: @escaping (Fold, _ map: (Element) -> Element) -> Element? = { _, _ in nil }
  ) -> [Element] {
    var elements: [ObjectIdentifier: Element] = [:]
    var folds: [ObjectIdentifier: Fold] = [:]
    func map(_ element: Element) -> Element {
      if let known = elements[ObjectIdentifier(element)] { return known }
      let kind: Kind
      var isSame = element.children.allSatisfy { map($0) === $0 }
      switch element.kind {
      case .constant, .carried: kind = element.kind
      case .read(let operand, let subscripts):
        let changed = read(operand, subscripts)
        isSame = changed == subscripts
        kind = .read(operand: operand, changed)
      case .unary(let function, let x): kind = .unary(function, map(x))
      case .binary(let function, let a, let b): kind = .binary(function, map(a), map(b))
      case .compare(let comparison, let a, let b): kind = .compare(comparison, map(a), map(b))
      case .select(let condition, let a, let b): kind = .select(map(condition), map(a), map(b))
      case .convert(let x): kind = .convert(map(x))
      case .index(let value):
        isSame = index(value) == value
        kind = .index(index(value))
      case .guarded(let list, let value, let otherwise):
        let changed = guarding(conditions(list), value)
        isSame = isSame && changed == list
        kind = .guarded(changed, value: map(value), otherwise: map(otherwise))
      case .fold(let fold, let result):
        if let other = replacement(fold, map) {
          elements[ObjectIdentifier(element)] = other
          return other
        }
        let changed = mapFold(fold)
        isSame = changed === fold
        kind = .fold(changed, result)
      case .withDataIndex(let variable, let value, let limit, let body):
        kind = .withDataIndex(variable: variable, map(value), limit: limit, body: map(body))
      }
      let mapped = isSame ? element : Element(kind, element.dtype)
      elements[ObjectIdentifier(element)] = mapped
      return mapped
    }
    func mapFold(_ fold: Fold) -> Fold {
      if let known = folds[ObjectIdentifier(fold)] { return known }
      let (changed, initial, steps) = (conditions(fold.conditions), fold.initial.map(map), fold.steps.map(map))
      let isSame =
        changed == fold.conditions && zip(initial, fold.initial).allSatisfy { $0 === $1 } && zip(steps, fold.steps).allSatisfy { $0 === $1 }
      let mapped =
        isSame
        ? fold
        : Fold(
          variables: fold.variables, conditions: changed, combination: fold.combination, carried: fold.carried, initial: initial,
          steps: steps)
      folds[ObjectIdentifier(fold)] = mapped
      return mapped
    }
    return roots.map(map)
  }

  /// The element with another index in place of a variable.
  package func substituting(_ variable: String, by replacement: Index) -> Element {
    let substitute: (String) -> Index? = { $0 == variable ? replacement : nil }
    return Element.mapping([self]) { _, subscripts in
      subscripts.map { $0.substituting(substitute) }
    } index: {
      $0.substituting(substitute)
    } conditions: {
      $0.map { $0.substituting(substitute) }
    }[0]
  }

  /// The element with another one in place of a fold's result.
  package func replacing(_ fold: Fold, by replacement: Element) -> Element {
    Element.mapping([self], read: { $1 }, index: { $0 }, fold: { found, _ in found === fold ? replacement : nil })[0]
  }
}
