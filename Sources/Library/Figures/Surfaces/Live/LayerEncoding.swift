import Formats
import Foundation
import JSON

/// Layers of values of vertices as the viewer reads them, as the numbers of their steps.
///
/// A layer is stored by itself or as its difference to the layer before, whichever is shorter: those of a network are
/// similar.
struct LayerEncoding {
    let steps: ValueSteps
    private var last: [Hemisphere: [Int32]] = [:]

    init(_ steps: ValueSteps) { self.steps = steps }

    /// Adds the values of a hemisphere, and says where they are.
    mutating func add(
        _ values: [Double], _ side: Hemisphere, _ predictor: VertexPredictor?, _ parts: inout PackedParts
    ) -> JSON {
        let needed = values.map(\.isFinite)
        var numbers = values.map { $0.isFinite ? steps.number(of: $0) : 0 }
        var isDifference = false
        var packed = encode(&numbers, needed, predictor)
        if let last = last[side] {
            var changes = zip(numbers, last).map { $0 &- $1 }
            let packedChanges = encode(&changes, needed, predictor)
            if packedChanges.bytes.count < packed.bytes.count {
                (packed, isDifference) = (packedChanges, true)
                numbers = zip(changes, last).map { $0 &+ $1 }
            }
        }
        last[side] = numbers
        var members: [String: JSON] = [
            "values": parts.add(packed: packed.bytes), "planes": .integer(packed.planes),
        ]
        if isDifference { members["toLast"] = true }
        if needed.contains(false) {
            var bits = Data(count: (values.count + 7) / 8)
            for (vertex, isThere) in needed.enumerated() where !isThere {
                bits[vertex / 8] |= 1 << UInt8(vertex % 8)
            }
            members["none"] = parts.add(bits)
        }
        return .object(members)
    }

    /// The numbers compressed, and in how many planes of bytes.
    private func encode(
        _ numbers: inout [Int32], _ needed: [Bool], _ predictor: VertexPredictor?
    ) -> (bytes: Data, planes: Int) {
        let differences = predictor?.differences(filling: &numbers, needed: needed) ?? numbers
        let planes = differences.allSatisfy { Int16(exactly: $0) != nil } ? 2 : 4
        return (PackedParts.packed(differences, planes: planes), planes)
    }
}
