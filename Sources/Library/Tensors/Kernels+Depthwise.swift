internal import CTensorKernels

/// A depthwise convolution on maps in blocks of 8 or 16 channels, with windows of 3 x 3 or 5 x 5.
package struct DepthwiseShape: Sendable {
    package let blocks: MapBlocks
    private let shape: kernel_depthwise_shape

    /// `padding` are the pixels above and to the left; the blocks are those of the output.
    package init(
        blocks: MapBlocks, height: Int, width: Int, outputHeight: Int, outputWidth: Int, size: Int,
        stride: Int,
        padding: (top: Int, left: Int), activatesInput: Bool, activatesOutput: Bool
    ) {
        self.blocks = blocks
        shape = kernel_depthwise_shape(
            lanes: blocks.lanes, height: height, width: width, out_height: outputHeight,
            out_width: outputWidth,
            size: size, stride: stride, top: padding.top, left: padding.left,
            activates_input: activatesInput ? 1 : 0, activates_output: activatesOutput ? 1 : 0)
    }

    /// Whether there is a kernel for these windows.
    package static func supports(size: Int, stride: Int) -> Bool {
        (size == 3 || size == 5) && (stride == 1 || stride == 2)
    }

    /// Convolves every block, on all threads, and takes the mean of each channel of each image on the way.
    ///
    /// `weights` is blocks x size x size x lanes, `bias` blocks x lanes, `means` images x channels.
    package func run(
        _ map: UnsafePointer<Float>, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>,
        into output: UnsafeMutablePointer<Float>, means: UnsafeMutablePointer<Float>
    ) {
        let lanes = blocks.lanes
        let count = (blocks.channels + lanes - 1) / lanes
        let rows = shape.out_height
        // Parts of at least 16 rows, as many as keep the threads busy: each reads the rows above it again.
        let wanted = (4 * threadCount + blocks.images * count - 1) / (blocks.images * count)
        let parts = max(1, min(wanted, rows / 16))
        var sums = [Float](repeating: 0, count: blocks.images * count * parts * lanes)
        sums.withUnsafeMutableBufferPointer { sums in
            guard let sums = sums.baseAddress else { return }
            parallelFor(blocks.images * count * parts, grain: 1) { range in
                withUnsafePointer(to: shape) { shape in
                    let scratch = UnsafeMutablePointer<Float>.allocate(
                        capacity: kernel_depthwise_scratch(shape))
                    defer { scratch.deallocate() }
                    for item in range {
                        let (block, part) = item.quotientAndRemainder(dividingBy: parts)
                        let channels = block % count
                        kernel_depthwise(
                            shape, map + block * lanes * shape.pointee.height * shape.pointee.width,
                            weights + channels * shape.pointee.size * shape.pointee.size * lanes,
                            bias + channels * lanes, output + block * lanes * blocks.pixels,
                            sums + item * lanes,
                            scratch, part * rows / parts, (part + 1) * rows / parts)
                    }
                }
            }
            for image in 0..<blocks.images {
                for channel in 0..<blocks.channels {
                    let first = (image * count + channel / lanes) * parts * lanes + channel % lanes
                    let sum = (0..<parts).reduce(Float(0)) { $0 + sums[first + $1 * lanes] }
                    means[image * blocks.channels + channel] = sum / Float(blocks.pixels)
                }
            }
        }
    }
}

extension Kernels {
    /// `output = weights x + bias` for one vector, on all threads where the matrix is large.
    package static func matrixVector(
        _ weights: UnsafePointer<Float>, bias: UnsafePointer<Float>, _ x: UnsafePointer<Float>,
        into output: UnsafeMutablePointer<Float>, rows: Int, columns: Int
    ) {
        parallelFor(rows, grain: max(1, 65_536 / max(columns, 1))) { part in
            kernel_matrix_vector(
                weights + part.lowerBound * columns, bias + part.lowerBound, x, output + part.lowerBound,
                part.count, columns)
        }
    }
}
