internal import CImageKernels

extension RGBImage {
    /// Writes the image, stretched to another size, as 3 planes of height x width numbers: each channel from 0 to 1,
    /// less its mean, over its deviation.
    ///
    /// Each number lies on straight lines between the four nearest pixels: an image that becomes smaller keeps edges and
    /// noise that `resized` averages. It is what torchvision before 0.17 made of tensors (`ToTensor`, `Resize`,
    /// `Normalize` in this order; PyTorch's `interpolate` with `antialias=False`); no number is rounded to 8 bits on
    /// the way.
    package func writeSampledPlanes(
        width newWidth: Int, height newHeight: Int, mean: [Float], deviation: [Float],
        into target: UnsafeMutablePointer<Float>
    ) {
        image_sample_planes(pixels, width, height, mean, deviation, newWidth, newHeight, target)
    }

    /// The image in another size, from the four nearest pixels of each new one; see `writeSampledPlanes`.
    ///
    /// Throws `ImageError` if the size is not above zero.
    public func sampled(width newWidth: Int, height newHeight: Int) throws -> RGBImage {
        try checkSize(width: newWidth, height: newHeight, "resized")
        let plane = newWidth * newHeight
        let planes = [Float](unsafeUninitializedCapacity: 3 * plane) { target, count in
            if let base = target.baseAddress {
                writeSampledPlanes(
                    width: newWidth, height: newHeight, mean: [0, 0, 0], deviation: [1, 1, 1], into: base)
            }
            count = 3 * plane
        }
        let pixels = (0..<3 * plane).map { UInt8((planes[$0 % 3 * plane + $0 / 3] * 255).rounded()) }
        return RGBImage(unchecked: newWidth, newHeight, pixels)
    }
}
