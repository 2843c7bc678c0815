extension Layer {
  /// The layers inside this one with their names and settings, as PyTorch prints a module: one line a layer, without a new line at the end.
  public var outline: String { ModelStructure(self).description }
}
