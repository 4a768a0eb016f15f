internal import CImageKernels

extension RGBImage {
    /// Writes 3 planes of height x width numbers: each channel from 0 to 1, less its mean, over its deviation.
    ///
    /// The arithmetic is that of torchvision's `ToTensor` and `Normalize`, in the same order.
    package func writePlanes(
        mean: [Float], deviation: [Float], into target: UnsafeMutablePointer<Float>
    ) {
        let tables = zip(mean, deviation).flatMap { mean, deviation in
            (0..<256).map { (Float($0) / 255 - mean) / deviation }
        }
        let plane = width * height
        image_planes(pixels, plane, tables, target, target + plane, target + 2 * plane)
    }
}
