import SmallWorld
import Tensors
import Training

/// The batches of a training: each depends on the number of its step alone, and no scene comes twice.
struct Batches {
    let world: SmallWorld
    let size: Int
    /// The share of a batch that stands in groups of four scenes that differ in one respect.
    var twinShare = 0.25

    /// The scenes of a step.
    func scenes(_ step: Int) -> [Scene] {
        let first = step * size
        let fresh = size - Int(twinShare * Double(size)) / 4 * 4
        var scenes = [Scene](repeating: world.scene(first), count: size)
        scenes.withUnsafeMutableBufferPointer { target in
            let target = target
            parallelFor((fresh + 3) / 4, grain: 1) { range in
                for index in range.lowerBound * 4..<min(range.upperBound * 4, fresh) {
                    target[index] = world.scene(first + index)
                }
            }
            for group in stride(from: fresh, to: target.count, by: 4) {
                let scene = world.scene(first + group)
                var members = [scene] + world.twins(of: scene, wording: UInt64(step))
                while members.count < 4 { members.append(world.scene(first + group + members.count)) }
                for (index, member) in members.prefix(4).enumerated() { target[group + index] = member }
            }
        }
        return scenes
    }

    static func images(_ scenes: [Scene]) throws -> ImageBatch {
        let bytes = Scene.side * Scene.side * 3
        let pixels = [UInt8](unsafeUninitializedCapacity: scenes.count * bytes) { target, count in
            let base = target.baseAddress
            parallelFor(scenes.count, grain: 4) { range in
                for index in range { if let base { scenes[index].draw(into: base + index * bytes) } }
            }
            count = scenes.count * bytes
        }
        return try ImageBatch(side: Scene.side, pixels: pixels)
    }

    static func texts(_ scenes: [Scene], wording: Int) throws -> TokenBatch {
        try TokenBatch(scenes.map { SmallWorld.tokenIDs(of: $0.caption(wording: wording).text) })
    }

    /// Whether each shape, and each color, is there: scenes x 16.
    static func labels(_ scenes: [Scene]) -> [Float] {
        scenes.flatMap { scene in
            SceneObject.Shape.allCases.map { scene.contains($0) ? 1 : 0 }
                + SceneObject.Color.allCases.map { scene.contains($0) ? 1 : 0 }
        }
    }
}
