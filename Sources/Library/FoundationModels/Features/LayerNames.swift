/// The short names of a model's layers, as the kernel completes them; those of parts of blocks are left out.
public func _gyrusLayerNames(_ model: FoundationModel) -> [String] {
    let image = (try? model.image)?.layers ?? []
    let text = (try? model.text)?.layers ?? []
    return names(of: image + text)
}

/// The short names of a tower's layers.
public func _gyrusLayerNames(_ tower: TextTower) -> [String] { names(of: tower.layers) }

/// The short names of a tower's layers.
public func _gyrusLayerNames(_ tower: ImageTower) -> [String] { names(of: tower.layers) }

private func names(of layers: [ModelLayer]) -> [String] {
    var seen: Set<String> = []
    return layers.filter { !$0.isPart && seen.insert($0.shortName).inserted }.map(\.shortName)
}
