import Tensors

/// A part of an image, in fractions of its width and height from the upper left corner.
public struct ImageBox: Sendable, Equatable {
    public var left: Float
    public var top: Float
    public var right: Float
    public var bottom: Float

    /// A box by its edges, 0 to 1 from the upper left corner.
    ///
    /// - Parameters:
    ///   - left: the left edge, as a share of the image's width.
    ///   - top: the upper edge, as a share of the image's height.
    ///   - right: the right edge, as a share of the image's width.
    ///   - bottom: the lower edge, as a share of the image's height.
    public init(left: Float, top: Float, right: Float, bottom: Float) {
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom
    }

    /// The whole image.
    public static let whole = ImageBox(left: 0, top: 0, right: 1, bottom: 1)

    /// `count` x `count` equal parts and the whole image, which comes last: what BriVL 2022 looks at (6 x 6).
    ///
    /// Throws `FoundationModelError.input` if the count is below 0, or above 1000.
    public static func grid(_ count: Int) throws -> [ImageBox] {
        guard 0...1000 ~= count else {
            throw FoundationModelError.input(
                "a grid has 0 to 1000 parts along a side; \(count) were asked for")
        }
        let side = 1 / Float(count)
        return (0..<count * count).map { index in
            let (column, row) = (Float(index / count), Float(index % count))
            return ImageBox(
                left: column * side, top: row * side, right: (column + 1) * side, bottom: (row + 1) * side)
        } + [.whole]
    }
}

/// How much each place of a feature map counts in each region: the mean over `samples` x `samples` points of the region,
/// each interpolated between the four places around it.
///
/// A product with the map pools all regions at once. The points are those of PyTorch's `affine_grid` and `grid_sample`
/// as BriVL calls them: corners are not aligned, though the region's matrix is made as if they were.
struct RegionWeights {
    /// Regions x (height * width).
    let matrix: Matrix<Float>

    init(_ boxes: [ImageBox], height: Int, width: Int, samples: Int) {
        let columns = boxes.map { Self.points($0.left, $0.right, extent: width, samples) }
        let rows = boxes.map { Self.points($0.top, $0.bottom, extent: height, samples) }
        matrix = Matrix(rows: boxes.count, columns: height * width) { target in
            target.initialize(repeating: 0)
            let share = 1 / Float(samples * samples)
            for region in boxes.indices {
                for y in rows[region] {
                    for x in columns[region] {
                        target[region * height * width + y.place * width + x.place] +=
                            y.weight * x.weight * share
                    }
                }
            }
        }
    }

    /// The places along one axis, and how much each counts; a point outside the map counts nothing there.
    private static func points(_ from: Float, _ to: Float, extent: Int, _ samples: Int) -> [(
        place: Int, weight: Float
    )] {
        let (start, end) = (from * Float(extent), to * Float(extent))
        // One place has no distance to the next; the reference divides by zero there.
        let last = Float(max(extent - 1, 1))
        let (scale, shift) = ((end - start) / last, (start + end - Float(extent) + 1) / last)
        return (0..<samples).flatMap { index in
            let base = (2 * Float(index) + 1) / Float(samples) - 1
            let position = ((scale * base + shift + 1) * Float(extent) - 1) / 2
            let below = position.rounded(.down)
            let part = position - below
            return [(Int(below), 1 - part), (Int(below) + 1, part)].filter { (0..<extent).contains($0.0) }
        }
    }
}
