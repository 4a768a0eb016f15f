import Formats
import Foundation
import JSON

/// Layers of values of vertices as the viewer reads them, in 1,024 steps from the lowest of all layers to the highest.
///
/// A layer is stored by itself or as its difference to the layer before, whichever is shorter: those of a network are alike.
struct LayerEncoding {
    let low: Double
    let step: Double
    private var last: [Hemisphere: [Int32]] = [:]

    init(low: Double, step: Double) {
        self.low = low
        self.step = step
    }

    /// Adds the values of a hemisphere, and says where they are.
    mutating func add(
        _ values: [Double], _ side: Hemisphere, _ predictor: VertexPredictor?, _ parts: inout PackedParts
    ) -> JSON {
        let needed = values.map(\.isFinite)
        var numbers = values.map { $0.isFinite ? Int32((($0 - low) / step).rounded()) : 0 }
        var isDifference = false
        var packed = encode(&numbers, needed, predictor)
        if let last = last[side] {
            var steps = zip(numbers, last).map { $0 &- $1 }
            let packedSteps = encode(&steps, needed, predictor)
            if packedSteps.count < packed.count {
                (packed, isDifference) = (packedSteps, true)
                numbers = zip(steps, last).map { $0 &+ $1 }
            }
        }
        last[side] = numbers
        var members: [String: JSON] = ["values": parts.add(packed: packed)]
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

    private func encode(_ numbers: inout [Int32], _ needed: [Bool], _ predictor: VertexPredictor?) -> Data {
        PackedParts.packed(predictor?.differences(filling: &numbers, needed: needed) ?? numbers)
    }
}
