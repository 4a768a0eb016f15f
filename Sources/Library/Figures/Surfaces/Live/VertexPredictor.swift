/// What a vertex's number is expected to be, from those of earlier vertices: only the difference need be stored.
enum VertexPredictor: Sendable {
    /// Of an icosahedron: the butterfly rule of Dyn, Levin and Gregory (doi:10.1145/78956.78958).
    case icosphere(Icosphere)
    /// Of any other mesh: the mean of the neighbors that come earlier; `starts` and `neighbors` list them by vertex.
    case neighbors(starts: [Int], neighbors: [UInt32])

    /// For a mesh of this many vertices with these faces.
    init(faces: [SIMD3<UInt32>], vertexCount: Int) {
        var lists = [[UInt32]](repeating: [], count: vertexCount)
        for face in faces {
            for (one, other) in [(face.x, face.y), (face.y, face.z), (face.z, face.x)] where one != other {
                let (low, high) = (min(one, other), max(one, other))
                if !lists[Int(high)].contains(low) { lists[Int(high)].append(low) }
            }
        }
        var starts = [0]
        for list in lists { starts.append(starts[starts.count - 1] + list.count) }
        self = .neighbors(starts: starts, neighbors: lists.flatMap { $0 })
    }

    /// The differences between numbers and what earlier ones let expect; a vertex that is not `needed` has whatever is
    /// expected.
    func differences(_ numbers: [Int32], needed: [Bool]? = nil) -> [Int32] {
        var numbers = numbers
        return differences(filling: &numbers, needed: needed)
    }

    /// The same; the numbers become those that the differences give back.
    func differences(filling numbers: inout [Int32], needed: [Bool]?) -> [Int32] {
        numbers.withUnsafeMutableBufferPointer { numbers in
            numbers.indices.map { vertex in
                let expected = expected(vertex, UnsafeBufferPointer(numbers))
                if needed?[vertex] == false { numbers[vertex] = expected }
                return numbers[vertex] &- expected
            }
        }
    }

    /// The earlier vertices whose label a vertex probably has.
    func relatives(_ vertex: Int) -> [Int] {
        switch self {
        case .icosphere(let sphere):
            guard vertex >= Icosphere.first else { return [] }
            let ends = sphere.children[vertex - Icosphere.first].ends
            return [ends.0, ends.1]
        case .neighbors(let starts, let neighbors):
            return neighbors[starts[vertex]..<starts[vertex + 1]].prefix(2).map(Int.init)
        }
    }

    @inline(__always) private func expected(_ vertex: Int, _ numbers: UnsafeBufferPointer<Int32>) -> Int32 {
        switch self {
        case .icosphere(let sphere):
            guard vertex >= Icosphere.first else { return 0 }
            let child = sphere.children[vertex - Icosphere.first]
            // Beyond 32 bits as the browser's shift does it.
            let ends = numbers[child.ends.0] &+ numbers[child.ends.1]
            let beside = numbers[child.beside.0] &+ numbers[child.beside.1]
            let beyond =
                numbers[child.beyond.0] &+ numbers[child.beyond.1] &+ numbers[child.beyond.2]
                &+ numbers[child.beyond.3]
            return (8 &* ends &+ 2 &* beside &- beyond) >> 4
        case .neighbors(let starts, let neighbors):
            let (start, end) = (starts[vertex], starts[vertex + 1])
            guard end > start else { return vertex > 0 ? numbers[vertex - 1] : 0 }
            var sum = 0
            for place in start..<end { sum += Int(numbers[Int(neighbors[place])]) }
            // Rounded down, as the browser's division is made to.
            let count = end - start
            return Int32(sum >= 0 ? sum / count : -((count - 1 - sum) / count))
        }
    }
}
