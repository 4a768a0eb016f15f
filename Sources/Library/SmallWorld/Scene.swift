/// What is in one of the nine cells of a picture.
public struct SceneObject: Sendable, Hashable {
    public enum Shape: String, Sendable, CaseIterable {
        case circle, square, triangle, star, cross, ring, moon, diamond
    }

    public enum Color: String, Sendable, CaseIterable {
        case red, green, blue, yellow, purple, orange, white, cyan
    }

    public enum Size: String, Sendable, CaseIterable {
        case small, large
    }

    public enum Texture: String, Sendable, CaseIterable {
        case plain, striped, dotted
    }

    public var shape: Shape
    public var color: Color
    public var size: Size
    public var texture: Texture
    /// The cell: 0 to 2 from the top, and 0 to 2 from the left.
    public var row: Int
    public var column: Int

    /// An object in a cell.
    ///
    /// - Parameters:
    ///   - shape: one of eight.
    ///   - color: one of eight.
    ///   - size: small or large.
    ///   - texture: plain, striped or dotted.
    ///   - row: 0 to 2 from the top.
    ///   - column: 0 to 2 from the left.
    public init(shape: Shape, color: Color, size: Size, texture: Texture, row: Int, column: Int) {
        self.shape = shape
        self.color = color
        self.size = size
        self.texture = texture
        self.row = row
        self.column = column
    }
}

/// What is behind the objects.
public struct SceneBackground: Sendable, Hashable {
    public enum Color: String, Sendable, CaseIterable {
        case gray, brown, navy, olive
    }

    public enum Gradient: String, Sendable, CaseIterable {
        case none, horizontal, vertical
    }

    public var color: Color
    public var gradient: Gradient
    /// Whether the pixels' noise is strong.
    public var isNoisy: Bool

    /// A background.
    ///
    /// - Parameters:
    ///   - color: one of four dim ones.
    ///   - gradient: along which axis it grows lighter.
    ///   - isNoisy: whether the noise of its pixels is strong.
    public init(color: Color, gradient: Gradient = .none, isNoisy: Bool = false) {
        self.color = color
        self.gradient = gradient
        self.isNoisy = isNoisy
    }
}

/// Why a requested scene is invalid.
public struct SceneError: Error, CustomStringConvertible, Equatable, Sendable {
    public let description: String
}

/// One to three objects on a background: all that is true of a picture of the small world.
public struct Scene: Sendable, Hashable {
    /// The objects, row by row and from the left.
    public let objects: [SceneObject]
    public let background: SceneBackground
    /// The seed of unnamed details of the drawing: jitter, tilt, shades, noise.
    public let drawing: UInt64

    /// Throws `SceneError` unless there are one to three objects, each in its own cell.
    ///
    /// - Parameters:
    ///   - objects: one to three, each in its own cell.
    ///   - background: what lies behind them.
    ///   - drawing: the seed of unnamed details of the drawing: jitter, tilt, shades, noise.
    public init(objects: [SceneObject], background: SceneBackground, drawing: UInt64 = 0) throws {
        guard (1...3).contains(objects.count) else {
            throw SceneError(description: "a scene has one to three objects; \(objects.count) came")
        }
        if let object = objects.first(where: { !(0...2).contains($0.row) || !(0...2).contains($0.column) }) {
            throw SceneError(
                description:
                    "rows and columns of cells are 0 to 2; an object is in \(object.row), \(object.column)")
        }
        guard Set(objects.map { 3 * $0.row + $0.column }).count == objects.count else {
            throw SceneError(description: "two objects of a scene are in one cell")
        }
        self.init(unchecked: objects, background, drawing)
    }

    /// A scene of objects that are known to have their own cells.
    init(unchecked objects: [SceneObject], _ background: SceneBackground, _ drawing: UInt64) {
        self.objects = objects.sorted { ($0.row, $0.column) < ($1.row, $1.column) }
        self.background = background
        self.drawing = drawing
    }

    /// Whether three objects are in one row, or in one column.
    public var isRow: Bool { objects.count == 3 && Set(objects.map(\.row)).count == 1 }
    public var isColumn: Bool { objects.count == 3 && Set(objects.map(\.column)).count == 1 }

    /// Whether it holds an object of that shape, and of that color.
    public func contains(_ shape: SceneObject.Shape) -> Bool { objects.contains { $0.shape == shape } }
    public func contains(_ color: SceneObject.Color) -> Bool { objects.contains { $0.color == color } }
}

extension Scene {
    /// Two objects of a scene, the first to the left of the second, or above it.
    public enum Relation: String, Sendable, CaseIterable {
        case left, right, above, below

        var opposite: Relation {
            switch self {
            case .left: .right
            case .right: .left
            case .above: .below
            case .below: .above
            }
        }
    }

    /// Whether one object has this relation to another: along the axis on which they are farther apart; on a diagonal,
    /// both.
    ///
    /// - Parameters:
    ///   - relation: left of, right of, above or below.
    ///   - first: the object whose relation is meant.
    ///   - second: the object that the first is related to.
    public static func holds(_ relation: Relation, _ first: SceneObject, _ second: SceneObject) -> Bool {
        // No difference of numbers overflows, wherever the objects are said to be.
        let down = Double(second.row) - Double(first.row)
        let right = Double(second.column) - Double(first.column)
        return switch relation {
        case .left: right > 0 && right >= abs(down)
        case .right: right < 0 && -right >= abs(down)
        case .above: down > 0 && down >= abs(right)
        case .below: down < 0 && -down >= abs(right)
        }
    }
}
