import Display

extension ImageTower: Displayable {
    /// The layers by name and short name, with their shapes and indices.
    public var mimeBundle: MIMEBundle {
        card(title: "\(family), images of \(imageSize) pixels, \(precision.rawValue)", layers)
    }
}

extension TextTower: Displayable {
    /// The layers by name and short name, with their shapes and indices.
    public var mimeBundle: MIMEBundle {
        card(title: "\(family), texts of at most \(maximumLength) tokens, \(precision.rawValue)", layers)
    }
}

private func card(title: String, _ layers: [ModelLayer]) -> MIMEBundle {
    let rows = layers.filter { !$0.isPart }.map { layer in
        [
            layer.name, layer.shortName == layer.name ? "" : layer.shortName, "\(layer.shape)",
            String(layer.index),
        ]
    }
    return Table(title: title, header: ["layer", "short name", "shape", "index"], rows: rows).mimeBundle
}
