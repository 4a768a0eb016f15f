import Hashing

extension SmallWorld {
    /// Scenes that differ from a scene of the training split in one respect: what a model must look at to tell them apart.
    ///
    /// Colors of two objects swapped, places of two objects swapped, the shape of one object changed; sizes, textures
    /// and background change in half of them. A twin that belongs to another split is left out.
    public func twins(of scene: Scene, wording: UInt64 = 0) -> [Scene] {
        var random = SplitMix64(seed: scene.drawing ^ wording &* 0x9e37_79b9_7f4a_7c15)
        var twins: [[SceneObject]] = []
        let objects = scene.objects
        if let (a, b) = objects.pair(where: { $0.color != $1.color && $0.shape != $1.shape }) {
            var changed = objects
            (changed[a].color, changed[b].color) = (objects[b].color, objects[a].color)
            twins.append(changed)
        }
        if let (a, b) = objects.pair(where: { $0.shape != $1.shape || $0.color != $1.color }) {
            var changed = objects
            (changed[a].row, changed[b].row) = (objects[b].row, objects[a].row)
            (changed[a].column, changed[b].column) = (objects[b].column, objects[a].column)
            twins.append(changed)
        }
        var changed = objects
        let index = Int(random.next() % UInt64(objects.count))
        changed[index].shape = random.pick(SceneObject.Shape.allCases.filter { $0 != objects[index].shape })
        twins.append(changed)
        return twins.map { twin in
            var twin = twin
            var background = scene.background
            if random.next() & 1 == 0 {
                background = Self.background(&random)
                for index in twin.indices {
                    twin[index].size = random.pick(SceneObject.Size.allCases)
                    twin[index].texture = random.pick(SceneObject.Texture.allCases)
                }
            }
            return Scene(unchecked: twin, background, random.next())
        }.filter { Self.split(of: $0) == .train }
    }
}

extension [SceneObject] {
    /// The first two objects that fit.
    fileprivate func pair(where fits: (SceneObject, SceneObject) -> Bool) -> (Int, Int)? {
        for a in indices {
            for b in indices where b > a && fits(self[a], self[b]) { return (a, b) }
        }
        return nil
    }
}
