extension ImageTransform: CustomStringConvertible {
    /// The transform in a line: what is done to an image, first thing first.
    public var description: String {
        var steps: [String] = []
        switch fit {
        case .shorterSide(let side): steps.append("shorter side \(side), \(interpolation), centre crop")
        case .covering(let box): steps.append("covering \(box), \(interpolation), centre crop")
        case .stretchedTo(let box): steps.append("stretched to \(box), \(interpolation), centre crop")
        case .cropped: steps.append("centre crop")
        case .stretched: steps.append("stretched, \(interpolation)")
        case .sampled: steps.append("stretched, bilinear without antialiasing")
        case .randomCrop(let seed, let leastArea):
            steps.append("random crop of \(leastArea) to 1.0 of the area, seed \(seed), \(interpolation)")
        case nil: break
        }
        if cropsRoundDown { steps.append("half pixels down") }
        steps.append("mean \(normalization.mean.listed)")
        steps.append("deviation \(normalization.deviation.listed)")
        return steps.joined(separator: "; ")
    }

    /// The transform as a feature file keeps it: with the rules by which pixels are read and resized.
    ///
    /// The rules have another name whenever they change numbers, so that features of both are not mixed. Before Pillow
    /// 13's, tall images were resized in another order, and an orientation that stands in XMP alone was passed over.
    var provenance: String { "\(self); pixels as Pillow 13's" }
}

extension [Float] {
    /// The numbers, or the one that all are.
    fileprivate var listed: String {
        Set(self).count == 1 ? "\(self[0])" : map { "\($0)" }.joined(separator: " ")
    }
}
