/// The square of the distance between two places of three coordinates.
func squaredDistance(_ a: [Double], _ b: [Double]) -> Double {
    let (x, y, z) = (a[0] - b[0], a[1] - b[1], a[2] - b[2])
    return x * x + y * y + z * z
}

/// The mean of some of the places; they must not be none.
func meanPlace(of indices: [Int], in places: [[Double]]) -> [Double] {
    var sum = [0.0, 0, 0]
    for index in indices { for axis in 0..<3 { sum[axis] += places[index][axis] } }
    return sum.map { $0 / Double(indices.count) }
}
