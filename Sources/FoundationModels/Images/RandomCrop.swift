import Formats
import Foundation

/// The box that torchvision's `RandomResizedCrop` would draw: the same distribution, from a generator of its own.
struct RandomCrop {
    private var state: UInt64

    /// The draw of image `index`, which depends on no other image.
    init(seed: UInt64, index: Int) {
        state = seed &+ UInt64(bitPattern: Int64(index)) &* 0xd134_2543_de82_ef95
    }

    /// 8 to 100 % of the area and proportions from 3:4 to 4:3, ten times tried; then the largest box in the middle.
    func box(in image: RGBImage) -> PixelBox {
        var draws = self
        let (width, height) = (Double(image.width), Double(image.height))
        for _ in 0..<10 {
            let area = width * height * draws.uniform(0.08, 1)
            let proportion = exp(draws.uniform(log(3.0 / 4), log(4.0 / 3)))
            let w = Int((area * proportion).squareRoot().rounded(.toNearestOrEven))
            let h = Int((area / proportion).squareRoot().rounded(.toNearestOrEven))
            guard w > 0, h > 0, w <= image.width, h <= image.height else { continue }
            let top = Int(draws.uniform(0, Double(image.height - h + 1)))
            let left = Int(draws.uniform(0, Double(image.width - w + 1)))
            return PixelBox(left: left, top: top, width: w, height: h)
        }
        let proportion = min(max(width / height, 3.0 / 4), 4.0 / 3)
        let w = min(image.width, Int((height * proportion).rounded()))
        let h = min(image.height, Int((width / proportion).rounded()))
        return PixelBox(
            left: (image.width - w) / 2, top: (image.height - h) / 2, width: max(w, 1), height: max(h, 1))
    }

    private mutating func uniform(_ low: Double, _ high: Double) -> Double {
        // SplitMix64 (Steele, Lea and Flood 2014).
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        bits ^= bits >> 31
        return low + (high - low) * Double(bits >> 11) * 0x1p-53
    }
}
