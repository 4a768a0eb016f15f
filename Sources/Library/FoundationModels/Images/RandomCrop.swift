import Formats
import Foundation
import Hashing

/// The box that torchvision's `RandomResizedCrop` would draw: the same distribution, from its own generator.
package struct RandomCrop {
    private var random: SplitMix64
    private let leastArea: Double

    /// The draw of image `index`, which depends on no other image.
    package init(seed: UInt64, index: Int, leastArea: Double) {
        random = SplitMix64(seed: seed &+ UInt64(bitPattern: Int64(index)) &* 0xd134_2543_de82_ef95)
        self.leastArea = leastArea
    }

    /// From the least share of the area to all of it and proportions from 3:4 to 4:3, ten times tried; then the largest
    /// box in the middle.
    package func box(width pixelsAcross: Int, height pixelsDown: Int) -> PixelBox {
        var draws = self
        let (width, height) = (Double(pixelsAcross), Double(pixelsDown))
        for _ in 0..<10 {
            let area = width * height * draws.uniform(leastArea, 1)
            let proportion = exp(draws.uniform(log(3.0 / 4), log(4.0 / 3)))
            let w = Int((area * proportion).squareRoot().rounded(.toNearestOrEven))
            let h = Int((area / proportion).squareRoot().rounded(.toNearestOrEven))
            guard w > 0, h > 0, w <= pixelsAcross, h <= pixelsDown else { continue }
            let top = Int(draws.uniform(0, Double(pixelsDown - h + 1)))
            let left = Int(draws.uniform(0, Double(pixelsAcross - w + 1)))
            return PixelBox(left: left, top: top, width: w, height: h)
        }
        let proportion = min(max(width / height, 3.0 / 4), 4.0 / 3)
        let w = min(pixelsAcross, Int((height * proportion).rounded()))
        let h = min(pixelsDown, Int((width / proportion).rounded()))
        return PixelBox(
            left: (pixelsAcross - w) / 2, top: (pixelsDown - h) / 2, width: max(w, 1), height: max(h, 1))
    }

    private mutating func uniform(_ low: Double, _ high: Double) -> Double {
        low + (high - low) * Double(random.next() >> 11) * 0x1p-53
    }
}
