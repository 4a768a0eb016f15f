internal import CImageKernels
import Foundation

/// How a resized image is interpolated; both take the mean over more pixels if the image becomes smaller.
public enum Interpolation: String, Sendable, CaseIterable {
    /// Straight lines between pixels.
    case bilinear
    /// Catmull-Rom cubics (a = -0.5), as Pillow has them.
    case bicubic

    /// How far it reaches, in pixels of the smaller of the two images.
    fileprivate var support: Double { self == .bilinear ? 1 : 2 }

    fileprivate func weight(_ distance: Double) -> Double {
        let x = abs(distance)
        switch self {
        case .bilinear: return x < 1 ? 1 - x : 0
        case .bicubic:
            let a = -0.5
            if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
            return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
        }
    }
}

extension RGBImage {
    /// The image in another size, byte for byte as `Image.resize` of Pillow 13 makes it.
    ///
    /// Where the height loses more than twice as many pixels as the width, it is changed first; Pillow before version 13
    /// began with the width there, too.
    ///
    /// - Parameters:
    ///   - newWidth: how many pixels the result is wide.
    ///   - newHeight: how many pixels it is high.
    ///   - interpolation: how pixels are interpolated.
    ///
    /// Throws `ImageError` if the size is not above zero, has more pixels than are decoded of a file, or takes more
    /// memory than there is.
    /// Source: Pillow, `src/libImaging/Resample.c`.
    public func resized(
        width newWidth: Int, height newHeight: Int, _ interpolation: Interpolation = .bicubic
    ) throws -> RGBImage {
        try checkSize(width: newWidth, height: newHeight, "resized")
        // Between the two steps there are never more pixels than before or afterwards.
        let isHeightFirst = newHeight < height && height - newHeight > 2 * (width - newWidth)
        let between = isHeightFirst ? width * newHeight : newWidth * height
        let needed =
            max(
                ResizeWeights.byteCount(from: width, to: newWidth, interpolation),
                ResizeWeights.byteCount(from: height, to: newHeight, interpolation))
            + 3 * (between + newWidth * newHeight)
        guard needed < 4 << 20 || needed <= availableMemory() else {
            throw ImageError(
                "an image of \(width) x \(height) pixels cannot be resized to \(newWidth) x \(newHeight): "
                    + "that takes more memory than there is")
        }
        func withNewWidth(_ image: RGBImage) -> RGBImage {
            newWidth == width
                ? image : image.resizedRows(ResizeWeights(from: width, to: newWidth, interpolation))
        }
        func withNewHeight(_ image: RGBImage) -> RGBImage {
            newHeight == height
                ? image : image.resizedColumns(ResizeWeights(from: height, to: newHeight, interpolation))
        }
        return isHeightFirst ? withNewWidth(withNewHeight(self)) : withNewHeight(withNewWidth(self))
    }

    private func resizedRows(_ weights: ResizeWeights) -> RGBImage {
        let newWidth = weights.first.count
        let resized = [UInt8](unsafeUninitializedCapacity: newWidth * height * 3) { target, count in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: (width + weights.taps) * 4) { expanded in
                pixels.withUnsafeBufferPointer {
                    image_resize_rows(
                        $0.baseAddress, width, target.baseAddress, newWidth, height, weights.first,
                        weights.weights, weights.taps, expanded.baseAddress)
                }
            }
            count = newWidth * height * 3
        }
        return RGBImage(unchecked: newWidth, height, resized)
    }

    private func resizedColumns(_ weights: ResizeWeights) -> RGBImage {
        let newHeight = weights.first.count
        let resized = [UInt8](unsafeUninitializedCapacity: width * newHeight * 3) { target, count in
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: width * 3) { sums in
                pixels.withUnsafeBufferPointer {
                    image_resize_columns(
                        $0.baseAddress, target.baseAddress, newHeight, width * 3, weights.first,
                        weights.count,
                        weights.weights, weights.taps, sums.baseAddress)
                }
            }
            count = width * newHeight * 3
        }
        return RGBImage(unchecked: width, newHeight, resized)
    }
}

/// The pixels that each new pixel is made of along one side, and their weights.
private struct ResizeWeights {
    /// The first old pixel of each new one.
    private(set) var first: [Int32] = []
    /// How many old pixels it is made of.
    private(set) var count: [Int32] = []
    /// The weights of each new pixel, `taps` for each, with 22 bits after the point.
    private(set) var weights: [Int32] = []
    let taps: Int

    private static func taps(from old: Int, to new: Int, _ interpolation: Interpolation) -> Int {
        let support = interpolation.support * max(Double(old) / Double(new), 1)
        let group = Int(image_weight_group)
        return (Int(support.rounded(.up)) * 2 + 1 + group - 1) / group * group
    }

    /// How much memory they take.
    static func byteCount(from old: Int, to new: Int, _ interpolation: Interpolation) -> Int {
        new * (taps(from: old, to: new, interpolation) + 2) * MemoryLayout<Int32>.stride
    }

    init(from old: Int, to new: Int, _ interpolation: Interpolation) {
        let scale = Double(old) / Double(new)
        let filterScale = max(scale, 1)
        let support = interpolation.support * filterScale
        taps = Self.taps(from: old, to: new, interpolation)
        first.reserveCapacity(new)
        count.reserveCapacity(new)
        weights.reserveCapacity(new * taps)
        let unit = Double(1 << 22)
        for place in 0..<new {
            let center = (Double(place) + 0.5) * scale
            let start = max(Int(center - support + 0.5), 0)
            let end = min(Int(center + support + 0.5), old)
            let raw = (start..<end).map { old in
                interpolation.weight((Double(old) - center + 0.5) * (1 / filterScale))
            }
            let sum = raw.reduce(0, +)
            let normalized = sum == 0 ? raw : raw.map { $0 / sum }
            first.append(Int32(start))
            count.append(Int32(end - start))
            weights += normalized.map { Int32($0 * unit + ($0 < 0 ? -0.5 : 0.5)) }
            weights += Array(repeating: 0, count: taps - normalized.count)
        }
    }
}
