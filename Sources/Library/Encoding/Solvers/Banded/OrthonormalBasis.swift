import Tensors

/// Orthonormal vectors of which vectors that come one after another are combinations, to a tolerance.
struct OrthonormalBasis {
    /// How many vectors there are.
    private(set) var count = 0
    /// The vectors: capacity x size, of which `count` rows are in use.
    let vectors: ScratchBuffer<Double>
    let capacity: Int
    let size: Int

    /// An empty basis of at most `capacity` vectors of `size` numbers.
    init(capacity: Int, size: Int) {
        vectors = ScratchBuffer(count: capacity * size)
        (self.capacity, self.size) = (capacity, size)
    }

    /// The coordinates of some vectors (rows): vectors x capacity. The basis grows until what is left of each of them is no
    /// longer than `tolerance`; nil if it has no room for that.
    mutating func coordinates(of rows: Matrix<Double>, tolerance: Double) -> Matrix<Double>? {
        var rest = rows
        var coordinates = Matrix<Double>(rows: rows.rows, columns: capacity)
        let (count, stride) = (rows.rows, capacity)
        return rest.withUnsafeMutableBufferPointer { rest in
            coordinates.withUnsafeMutableBufferPointer { coordinates -> Bool in
                guard let rest = rest.baseAddress, let coordinates = coordinates.baseAddress else {
                    return true
                }
                project(rest, rows: count, coordinates: coordinates)
                while true {
                    let lengths = (0..<count).map { length(rest + $0 * size) }
                    guard let longest = lengths.indices.max(by: { lengths[$0] < lengths[$1] }),
                        lengths[longest] > tolerance
                    else { return true }
                    guard self.count < capacity else { return false }
                    append(rest + longest * size, length: lengths[longest])
                    let newest = self.count - 1
                    subtract(
                        newest..<newest + 1, from: rest, rows: count, coordinates + newest, stride: stride)
                }
            }
        } ? coordinates : nil
    }

    /// Leaves of each row what is orthogonal to the basis. Twice is enough: the second pass removes what rounding left.
    private func project(
        _ rows: UnsafeMutablePointer<Double>, rows count: Int, coordinates: UnsafeMutablePointer<Double>
    ) {
        for _ in 0..<2 {
            subtract(0..<self.count, from: rows, rows: count, coordinates, stride: capacity)
        }
    }

    /// Subtracts from each row its part along some vectors of the basis, and adds the inner products to `coordinates`, whose
    /// rows lie `stride` apart.
    private func subtract(
        _ chosen: Range<Int>, from rows: UnsafeMutablePointer<Double>, rows count: Int,
        _ coordinates: UnsafeMutablePointer<Double>, stride: Int
    ) {
        guard !chosen.isEmpty else { return }
        let axes = vectors.base + chosen.lowerBound * size
        let products = ScratchBuffer<Double>(count: count * chosen.count)
        LinearAlgebra.gemm(
            m: count, n: chosen.count, k: size, a: rows, lda: size, b: axes, ldb: size, transposeB: true,
            c: products.base, ldc: chosen.count)
        LinearAlgebra.gemm(
            m: count, n: size, k: chosen.count, alpha: -1, a: products.base, lda: chosen.count, b: axes,
            ldb: size, beta: 1, c: rows, ldc: size)
        for row in 0..<count {
            for axis in 0..<chosen.count {
                coordinates[row * stride + axis] += products.base[row * chosen.count + axis]
            }
        }
    }

    /// Adds the direction of a vector that is orthogonal to the basis up to rounding.
    private mutating func append(_ vector: UnsafePointer<Double>, length: Double) {
        let direction = vectors.base + count * size
        for i in 0..<size { direction[i] = vector[i] / length }
        // Of a short vector the rounding is no small part.
        let ignored = ScratchBuffer<Double>(count: max(count, 1))
        ignored.base.update(repeating: 0, count: max(count, 1))
        subtract(0..<count, from: direction, rows: 1, ignored.base, stride: count)
        let factor = 1 / self.length(direction)
        for i in 0..<size { direction[i] *= factor }
        count += 1
    }

    private func length(_ vector: UnsafePointer<Double>) -> Double {
        // Four sums, so that additions do not wait for one another.
        var sums = SIMD4<Double>.zero
        let whole = size / 4 * 4
        for i in stride(from: 0, to: whole, by: 4) {
            let part = SIMD4(vector[i], vector[i + 1], vector[i + 2], vector[i + 3])
            sums += part * part
        }
        var sum = sums.sum()
        for i in whole..<size { sum += vector[i] * vector[i] }
        return sum.squareRoot()
    }
}
