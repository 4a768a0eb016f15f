/// A rectangle of pixels.
public struct PixelBox: Sendable, Equatable {
    public var left: Int
    public var top: Int
    public var width: Int
    public var height: Int

    /// A box of pixels.
    ///
    /// - Parameters:
    ///   - left: the first column, from zero.
    ///   - top: the first row, from zero.
    ///   - width: how many columns it has.
    ///   - height: how many rows it has.
    public init(left: Int, top: Int, width: Int, height: Int) {
        self.left = left
        self.top = top
        self.width = width
        self.height = height
    }
}

extension RGBImage {
    /// A part of the image. Throws `ImageError` if the box is empty or lies outside.
    public func cropped(to box: PixelBox) throws -> RGBImage {
        guard box.left >= 0, box.top >= 0, box.width > 0, box.height > 0, box.left <= width,
            box.top <= height, box.width <= width - box.left, box.height <= height - box.top
        else {
            throw ImageError(
                "a box of \(box.width) x \(box.height) pixels at (\(box.left), \(box.top)) does not lie in an image of "
                    + "\(width) x \(height)")
        }
        if box.width == width, box.height == height { return self }
        let size = box.width * box.height * 3
        let cropped = [UInt8](unsafeUninitializedCapacity: size) { target, count in
            pixels.withUnsafeBufferPointer { source in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                for row in 0..<box.height {
                    let start = ((box.top + row) * width + box.left) * 3
                    (to + row * box.width * 3).initialize(from: from + start, count: box.width * 3)
                }
            }
            count = size
        }
        return RGBImage(unchecked: box.width, box.height, cropped)
    }

    /// The middle of the image, as torchvision's `CenterCrop` takes it (half pixels to the even side), or as transformers
    /// does (half pixels down).
    ///
    /// An image that is smaller than the crop is framed in black.
    ///
    /// - Parameters:
    ///   - newWidth: how many pixels the crop is wide.
    ///   - newHeight: how many pixels it is high.
    ///   - roundingDown: whether a crop that begins between two pixels begins at the first of them.
    public func centerCropped(width newWidth: Int, height newHeight: Int, roundingDown: Bool = false) throws
        -> RGBImage
    {
        try checkSize(width: max(newWidth, 1), height: max(newHeight, 1), "cropped")
        guard newWidth > 0, newHeight > 0 else {
            throw ImageError("an image cannot be cropped to \(newWidth) x \(newHeight) pixels")
        }
        try checkSize(width: max(width, newWidth), height: max(height, newHeight), "framed")
        let framed = framed(width: max(width, newWidth), height: max(height, newHeight))
        func margin(_ old: Int, _ new: Int) -> Int {
            Int((Double(old - new) / 2).rounded(roundingDown ? .down : .toNearestOrEven))
        }
        return try framed.cropped(
            to: PixelBox(
                left: margin(framed.width, newWidth), top: margin(framed.height, newHeight), width: newWidth,
                height: newHeight))
    }

    /// The image in the middle of a larger black one.
    private func framed(width newWidth: Int, height newHeight: Int) -> RGBImage {
        if newWidth == width, newHeight == height { return self }
        var frame = [UInt8](repeating: 0, count: newWidth * newHeight * 3)
        let (left, top) = ((newWidth - width) / 2, (newHeight - height) / 2)
        for row in 0..<height {
            let start = ((top + row) * newWidth + left) * 3
            frame.replaceSubrange(
                start..<start + width * 3, with: pixels[row * width * 3..<(row + 1) * width * 3])
        }
        return RGBImage(unchecked: newWidth, newHeight, frame)
    }
}
