import Foundation
import FoundationModels
import Tensors
import Testing

#if compiler(>=6.2)
    @Suite("Towers use as many threads as the user allows")
    struct ThreadTests {
        /// Of the processor time of a run, the share that other threads than the calling one took.
        ///
        /// In a process of its own, since the number of threads is one for all tests of a process.
        @Test func allowedThreadsAlone() async {
            await #expect(processExitsWith: .success) {
                try withTemporaryFolder { folder in
                    let tower = try FoundationModel.load(try Self.transformer(in: folder)).image
                    let images = Tensor<Float>(shape: [8, 3, 64, 64])
                    func shareOfOthers() throws -> Double {
                        // OpenMP's threads spin for a moment after their last work.
                        usleep(500_000)
                        let process = seconds(CLOCK_PROCESS_CPUTIME_ID)
                        let own = seconds(CLOCK_THREAD_CPUTIME_ID)
                        for _ in 0..<3 { _ = try tower.features(of: images, showsProgress: false) }
                        let all = seconds(CLOCK_PROCESS_CPUTIME_ID) - process
                        return 1 - (seconds(CLOCK_THREAD_CPUTIME_ID) - own) / all
                    }
                    let usual = threadCount
                    for threads in [1, 3, 1] {
                        threadCount = threads
                        let share = try shareOfOthers()
                        // Three threads divide the work nearly evenly: the others have two thirds.
                        precondition(
                            threads == 1 ? share < 0.05 : share > 0.3,
                            "other threads took \(share) of the time where \(threads) were allowed")
                    }
                    threadCount = usual
                }
            }
        }

        /// A timm ViT of four blocks, 384 wide, whose weights are zero: products cost the same.
        private static func transformer(in folder: URL) throws -> URL {
            let width = 384
            var shapes = [
                "cls_token": [1, 1, width], "pos_embed": [1, 65, width], "norm.weight": [width],
                "norm.bias": [width], "patch_embed.proj.weight": [width, 3, 8, 8],
                "patch_embed.proj.bias": [width],
            ]
            for block in 0..<4 {
                for (name, outputs, inputs) in [
                    ("attn.qkv", 3 * width, width), ("attn.proj", width, width),
                    ("mlp.fc1", 4 * width, width), ("mlp.fc2", width, 4 * width),
                ] {
                    shapes["blocks.\(block).\(name).weight"] = [outputs, inputs]
                    shapes["blocks.\(block).\(name).bias"] = [outputs]
                }
                for name in ["norm1", "norm2"] {
                    shapes["blocks.\(block).\(name).weight"] = [width]
                    shapes["blocks.\(block).\(name).bias"] = [width]
                }
            }
            let file = folder.appending(path: "vit.safetensors")
            try Seeded.write(shapes, to: file, isEmpty: true)
            return file
        }
    }

    private func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
#endif
