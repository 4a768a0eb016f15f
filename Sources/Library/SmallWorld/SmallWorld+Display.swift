import Display
import Formats

extension SmallWorld: CustomStringConvertible {
    /// The seed, and how large the world is.
    public var description: String {
        "small world of seed \(seed): scenes of 1 to 3 objects, \(Self.vocabulary.count) tokens"
    }
}

extension Scene: Displayable, CustomStringConvertible {
    /// The picture, and what is on it in words.
    public var mimeBundle: MIMEBundle {
        guard let image = try? image() else { return .plain(description) }
        return MIMEBundle(["text/plain": .text(description), "image/png": .binary(image.png)])
    }

    /// What is on it in words.
    public var description: String {
        objects.map(\.description).joined(separator: ", ") + " on \(background)"
    }
}

extension SceneObject: CustomStringConvertible {
    /// Its properties, and its cell.
    public var description: String {
        // A scene refuses objects in other cells; one by itself can be shown.
        let isCell = (0...2).contains(row) && (0...2).contains(column)
        let place = isCell ? Words.place(row: row, column: column) : "row \(row), column \(column)"
        return
            "\(size.rawValue) \(texture.rawValue) \(color.rawValue) \(shape.rawValue) (\(place.isEmpty ? "center" : place))"
    }
}

extension SceneBackground: CustomStringConvertible {
    /// Its color, noise and gradient.
    public var description: String {
        "\(isNoisy ? "noisy" : "clean") \(color.rawValue)"
            + (gradient == .none ? "" : ", \(gradient.rawValue) gradient")
    }
}

extension SceneCaption: CustomStringConvertible {
    public var description: String { text }
}
