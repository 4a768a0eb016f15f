import Foundation
import Hashing

/// A world of drawn scenes and captions, for training and studies without data: all from a seed.
///
/// ```swift
/// let world = SmallWorld(seed: 1)
/// let scene = world.scene(0, of: .test)
/// try scene.image()                           // 64 x 64 pixels
/// scene.caption(wording: 3).text              // "a picture of two large crimson stars on a navy background"
/// ```
///
/// A scene of one split never has the objects of another split's in the same cells, whatever their size, texture and
/// background (scenes of one object: the same size and texture).
public struct SmallWorld: Sendable, Hashable {
    public let seed: UInt64

    /// A world.
    ///
    /// - Parameter seed: from which all scenes are drawn.
    public init(seed: UInt64 = 0) { self.seed = seed }

    /// Scenes for training, for choices, and for the last word.
    public enum Split: String, Sendable, CaseIterable {
        case train, validation, test
    }

    /// Scene number `index` of a split; the same each time.
    public func scene(_ index: Int, of split: Split = .train) -> Scene {
        let number = UInt64(split == .train ? 0 : split == .validation ? 1 : 2)
        var random = SplitMix64(
            seed: seed &* 0x2545_f491_4f6c_dd1d &+ UInt64(bitPattern: Int64(index)) &* 0xd134_2543_de82_ef95
                &+ number &* 0x9fb2_1c65_1e98_df25)
        // One scene of ten is no training scene, so this ends after 40 draws or so.
        while true {
            let scene = Self.draw(&random, isTraining: split == .train)
            if Self.split(of: scene) == split { return scene }
        }
    }

    /// The first scenes of a split.
    public func scenes(_ count: Int, of split: Split = .train) -> [Scene] {
        (0..<max(count, 0)).map { scene($0, of: split) }
    }

    /// The split to which a scene belongs by its objects and their cells.
    public static func split(of scene: Scene) -> Split {
        let isSingle = scene.objects.count == 1
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for object in scene.objects {
            var numbers = [object.shape.number, object.color.number, object.row, object.column]
            if isSingle { numbers += [object.size.number, object.texture.number] }
            for number in numbers {
                hash = (hash ^ UInt64(number &+ 1)) &* 0x0000_0100_0000_01b3
            }
        }
        var mixer = SplitMix64(seed: hash)
        switch mixer.next() % 20 {
        case 0: return .validation
        case 1: return .test
        default: return .train
        }
    }

    private static func draw(_ random: inout SplitMix64, isTraining: Bool) -> Scene {
        let chance = random.unit()
        // A caption of one object fits many scenes: they are fewer where pairs are to be found.
        let (one, two) = isTraining ? (0.2, 0.65) : (0.1, 0.6)
        let count = chance < one ? 1 : chance < two ? 2 : 3
        var objects = (0..<count).map { _ in object(&random) }
        if count == 2, random.unit() < 0.12 { objects[1] = objects[0] }
        if count == 3 {
            let chance = random.unit()
            if chance < 0.25 { objects[1] = objects[0] }
            if chance < 0.1 { objects[2] = objects[0] }
        }
        for (index, cell) in cells(count, &random).enumerated() {
            (objects[index].row, objects[index].column) = (cell / 3, cell % 3)
        }
        return Scene(unchecked: objects, background(&random), random.next())
    }

    static func object(_ random: inout SplitMix64) -> SceneObject {
        let chance = random.unit()
        return SceneObject(
            shape: random.pick(SceneObject.Shape.allCases), color: random.pick(SceneObject.Color.allCases),
            size: random.pick(SceneObject.Size.allCases),
            texture: chance < 0.5 ? .plain : chance < 0.75 ? .striped : .dotted, row: 0, column: 0)
    }

    static func background(_ random: inout SplitMix64) -> SceneBackground {
        SceneBackground(
            color: random.pick(SceneBackground.Color.allCases),
            gradient: random.pick(SceneBackground.Gradient.allCases), isNoisy: random.next() & 1 == 0)
    }

    /// Different cells of the nine; three of them now and then in a line.
    private static func cells(_ count: Int, _ random: inout SplitMix64) -> [Int] {
        if count == 3, random.unit() < 0.15 {
            let line = Int(random.next() % 3)
            return random.next() & 1 == 0
                ? [0, 1, 2].map { 3 * line + $0 } : [0, 1, 2].map { 3 * $0 + line }
        }
        var cells: [Int] = []
        while cells.count < count {
            let cell = Int(random.next() % 9)
            if !cells.contains(cell) { cells.append(cell) }
        }
        return cells
    }
}

extension CaseIterable where Self: Equatable {
    /// The place of the case among all of them.
    var number: Int { Array(Self.allCases).firstIndex(of: self) ?? 0 }
}

extension SplitMix64 {
    /// A number from 0 to below 1.
    package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A number of the normal distribution (Box and Muller; one of the two that they make).
    package mutating func normal() -> Double {
        let radius = (-2 * log(1 - unit())).squareRoot()
        return radius * cos(2 * .pi * unit())
    }

    /// One of some values, each as likely; there is one at least.
    mutating func pick<T>(_ values: [T]) -> T { values[Int(next() % UInt64(values.count))] }
}
