internal import CTensorKernels

/// How the channels of a map lie: in blocks, in each of which a pixel's channels stand side by side.
///
/// Blocks of 16 channels are oneDNN's `nChw16c`, one block of all channels is `nhwc`. The last block is filled up.
package struct MapBlocks: Sendable {
    package let images: Int
    package let channels: Int
    package let pixels: Int
    /// The channels of a block.
    package let lanes: Int

    package init(images: Int, channels: Int, pixels: Int, lanes: Int) {
        self.images = images
        self.channels = channels
        self.pixels = pixels
        self.lanes = lanes
    }

    /// How many numbers lie in the blocks of one image, those that fill up the last included.
    private var stride: Int { (channels + lanes - 1) / lanes * lanes * pixels }

    /// Calls `body` with image, first channel, count and offset of groups of at most 16 channels, on all threads.
    fileprivate func forEachGroup(_ body: (_ image: Int, _ channel: Int, _ count: Int, _ offset: Int) -> Void)
    {
        let width = min(lanes, kernel_map_lanes)
        let groups = (channels + width - 1) / width
        parallelFor(images * groups, grain: max(1, 32_768 / (pixels * width))) { part in
            for item in part {
                let (image, group) = item.quotientAndRemainder(dividingBy: groups)
                let channel = group * width
                let (block, lane) = channel.quotientAndRemainder(dividingBy: lanes)
                body(
                    image, channel, min(width, channels - channel, lanes - lane),
                    image * stride + block * lanes * pixels + lane)
            }
        }
    }
}

extension Kernels {
    /// The mean of each channel of each image: images x channels.
    package static func mapMean(
        _ map: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, _ blocks: MapBlocks
    ) {
        blocks.forEachGroup { image, channel, count, offset in
            kernel_map_mean(
                map + offset, output + image * blocks.channels + channel, blocks.pixels, count, blocks.lanes)
        }
    }

    /// Multiplies each channel of each image by its gate (images x channels), in place.
    package static func mapGate(
        _ map: UnsafeMutablePointer<Float>, by gate: UnsafePointer<Float>, _ blocks: MapBlocks
    ) {
        blocks.forEachGroup { image, channel, count, offset in
            kernel_map_gate(
                map + offset, gate + image * blocks.channels + channel, blocks.pixels, count, blocks.lanes)
        }
    }

    /// `x = sigmoid(x)` in place.
    package static func sigmoid(_ x: UnsafeMutablePointer<Float>, count: Int) {
        kernel_sigmoid(x, count)
    }
}
