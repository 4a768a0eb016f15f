import Brain
import Display
import Figures
import Formats
import FoundationModels
import Tensors

/// What parts of one stimulus do for each region: the prediction for the whole less that without the part.
public struct Occlusion: Sendable, Equatable {
    /// The parts: words in order, or patches row by row.
    public let parts: [String]
    public let regions: [Region]
    /// Parts x regions, in deviations of a voxel: above zero where the part drives the region.
    public let values: Matrix<Double>
    /// How many patches there are along a side; nil for words.
    public let patchesPerSide: Int?

    /// What the parts do for one region; throws `BrainError.unknownRegion`.
    public func values(of region: String) throws -> [Double] {
        values.column(try regions.place(of: region))
    }

    /// Patches of one region as they lie in the picture, or words by regions (all, or one).
    ///
    /// - Parameter region: the name of a region; nil for all regions of words, or for the first of patches.
    public func heatmap(of region: String? = nil) throws -> Heatmap {
        guard let side = patchesPerSide else {
            let shown =
                try region.map { [(name: $0, values: try values(of: $0))] }
                ?? regions.enumerated().map { (name: $1.name, values: values.column($0)) }
            return try Heatmap(
                rows: parts, columns: shown.map(\.name),
                values: parts.indices.flatMap { part in shown.map { $0.values[part] } },
                title: "What words do", rowTitle: "word", columnTitle: "region",
                valueTitle: "response with less without (SD)", style: .diverging)
        }
        let name = region ?? regions[0].name
        return try Heatmap(
            rows: (0..<side).map { "\($0)" }, columns: (0..<side).map { "\($0)" }, values: values(of: name),
            title: "What patches do: \(name)", rowTitle: "from the top", columnTitle: "from the left",
            valueTitle: "response with less without (SD)", style: .diverging)
    }
}

extension BrainSimulator {
    /// Which words of a text drive which region: each word is left out in turn.
    ///
    /// Throws `SimulatorError` for a text of fewer than two words, or a simulator of images or without regions.
    public func occlusion(of text: String) throws -> Occlusion {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        guard words.count > 1 else {
            throw SimulatorError(
                "words are left out of a text of two at least; this one has \(words.count)")
        }
        let texts = words.indices.map { left in
            words.enumerated().filter { $0.offset != left }.map(\.element).joined(separator: " ")
        }
        return try occlusion(respond(to: [text] + texts), words, side: nil)
    }

    /// Which patches of an image drive which region: each is filled with the image's mean color in turn.
    ///
    /// - Parameters:
    ///   - image: the image.
    ///   - patchesPerSide: how many patches there are along each side.
    ///
    /// Throws `SimulatorError` for fewer than two patches a side or more than there are pixels, or a simulator of texts
    /// or without regions.
    public func occlusion(of image: RGBImage, patchesPerSide: Int = 8) throws -> Occlusion {
        guard patchesPerSide > 1, patchesPerSide <= min(image.width, image.height) else {
            throw SimulatorError(
                "an image of \(image.width) x \(image.height) pixels has 2 to \(min(image.width, image.height)) patches a side; \(patchesPerSide) came"
            )
        }
        let mean = image.meanColor
        var covered = [image]
        for row in 0..<patchesPerSide {
            for column in 0..<patchesPerSide {
                covered.append(
                    try image.covered(row: row, column: column, of: patchesPerSide, with: mean))
            }
        }
        let names = (0..<patchesPerSide * patchesPerSide).map {
            "row \($0 / patchesPerSide), column \($0 % patchesPerSide)"
        }
        return try occlusion(respond(to: covered), names, side: patchesPerSide)
    }

    private func occlusion(_ response: SimulatedResponse, _ parts: [String], side: Int?) throws -> Occlusion {
        let regions = try response.knownRegions
        let means = regions.means(of: response.values)
        var values = Matrix<Double>(rows: parts.count, columns: means.columns)
        for part in parts.indices {
            for column in 0..<values.columns {
                values[part, column] = means[0, column] - means[part + 1, column]
            }
        }
        return Occlusion(parts: parts, regions: regions.regions, values: values, patchesPerSide: side)
    }
}

extension RGBImage {
    /// The mean red, green and blue.
    fileprivate var meanColor: [UInt8] {
        let count = width * height
        return (0..<3).map { channel in
            UInt8((0..<count).reduce(0) { $0 + Int(pixels[3 * $1 + channel]) } / max(count, 1))
        }
    }

    /// The image with one of its patches in a color.
    fileprivate func covered(row: Int, column: Int, of side: Int, with color: [UInt8]) throws -> RGBImage {
        var pixels = self.pixels
        for y in height * row / side..<height * (row + 1) / side {
            for x in width * column / side..<width * (column + 1) / side {
                for channel in 0..<3 { pixels[3 * (y * width + x) + channel] = color[channel] }
            }
        }
        return try RGBImage(width: width, height: height, pixels: pixels)
    }
}
