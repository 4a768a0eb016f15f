internal import COneDNN
import Tensors

/// How oneDNN keeps the maps of a plan.
enum MapLayout: Sendable {
    /// Blocks of 16 channels, pixel by pixel, for AVX-512.
    case blocked16
    /// Blocks of 8 channels, for AVX2.
    case blocked8

    /// The layout whose blocks fill this processor's registers.
    static let preferred: MapLayout =
        dnnl_get_effective_cpu_isa().rawValue >= dnnl_cpu_isa_avx512_core.rawValue ? .blocked16 : .blocked8

    var lanes: Int { self == .blocked16 ? 16 : 8 }
    fileprivate var tag: dnnl_format_tag_t { self == .blocked16 ? dnnl_aBcd16b : dnnl_aBcd8b }
}

extension OneDNN {
    /// Maps in blocks of channels.
    static func maps(_ images: Int, _ shape: MapShape, _ layout: MapLayout) -> dnnl_memory_desc_t {
        description([images, shape.channels, shape.height, shape.width], layout.tag)
    }

    /// Maps in PyTorch's order: images, channels, rows, columns.
    static func plainMaps(_ images: Int, _ shape: MapShape) -> dnnl_memory_desc_t {
        description([images, shape.channels, shape.height, shape.width], dnnl_abcd)
    }

    /// The weights of a convolution as PyTorch keeps them, or in the order that oneDNN requires.
    static func weights(of convolution: Convolution, isAny: Bool) -> dnnl_memory_desc_t {
        let (groups, side) = (convolution.groups, convolution.window.size)
        let (outputs, inputs) = (convolution.outputs / groups, convolution.inputs / groups)
        return groups == 1
            ? description([outputs, inputs, side, side], isAny ? dnnl_format_tag_any : dnnl_abcd)
            : description([groups, outputs, inputs, side, side], isAny ? dnnl_format_tag_any : dnnl_abcde)
    }

    static func vector(_ count: Int) -> dnnl_memory_desc_t { description([count], dnnl_a) }

    private static func description(_ extents: [Int], _ tag: dnnl_format_tag_t) -> dnnl_memory_desc_t {
        var description = dnnl_memory_desc_t()
        check(
            dnnl_memory_desc_init_by_tag(
                &description, Int32(extents.count), extents.map { dnnl_dim_t($0) }, dnnl_f32, tag),
            "a description of \(extents)")
        return description
    }
}

/// A primitive that a plan calls, compiled for one shape.
///
/// oneDNN keeps the compiled code of equal primitives and gives it out again. Nothing changes after `init`, hence
/// `@unchecked Sendable`.
final class MapPrimitive: @unchecked Sendable {
    let handle: dnnl_primitive_t?
    let scratchpad: dnnl_memory_desc_t
    /// The order in which a convolution needs its weights.
    let weights: dnnl_memory_desc_t

    private init(_ description: dnnl_primitive_desc_t?, _ what: String) {
        var handle: dnnl_primitive_t?
        OneDNN.check(dnnl_primitive_create(&handle, description), what)
        self.handle = handle
        scratchpad = Self.query(description, dnnl_query_scratchpad_md)
        weights = Self.query(description, dnnl_query_weights_md)
        dnnl_primitive_desc_destroy(description)
    }

    deinit { dnnl_primitive_destroy(handle) }

    /// A convolution with its bias; `accumulates` adds to what is there, before the activation.
    static func convolution(
        _ convolution: Convolution, images: Int, from: (MapShape, dnnl_memory_desc_t),
        to: (MapShape, dnnl_memory_desc_t), accumulates: Bool, activation: MapActivation?
    ) -> MapPrimitive {
        var (source, target) = (from.1, to.1)
        var weights = OneDNN.weights(of: convolution, isAny: true)
        var bias = OneDNN.vector(convolution.outputs)
        let window = Window(convolution.window, over: from.0)
        var operation = dnnl_convolution_desc_t()
        OneDNN.check(
            dnnl_convolution_forward_desc_init(
                &operation, dnnl_forward_inference, dnnl_convolution_direct, &source, &weights, &bias,
                &target,
                window.strides, window.before, window.after), convolution.name)
        return withUnsafePointer(to: &operation) {
            MapPrimitive(
                described($0, accumulates: accumulates, activation, convolution.name), convolution.name)
        }
    }

    /// The largest number of each window.
    static func maximum(
        _ window: MapWindow, from: (MapShape, dnnl_memory_desc_t), to: (MapShape, dnnl_memory_desc_t)
    ) -> MapPrimitive {
        var (source, target) = (from.1, to.1)
        let size = [dnnl_dim_t(window.size), dnnl_dim_t(window.size)]
        let window = Window(window, over: from.0)
        var operation = dnnl_pooling_desc_t()
        OneDNN.check(
            dnnl_pooling_forward_desc_init(
                &operation, dnnl_forward_inference, dnnl_pooling_max, &source, &target, window.strides, size,
                window.before, window.after), "a pooling layer")
        return withUnsafePointer(to: &operation) {
            MapPrimitive(described($0, accumulates: false, nil, "a pooling layer"), "a pooling layer")
        }
    }

    /// A function of each number.
    static func activation(_ activation: MapActivation, _ maps: dnnl_memory_desc_t) -> MapPrimitive {
        var maps = maps
        let (kind, alpha) = elementwise(activation)
        var operation = dnnl_eltwise_desc_t()
        OneDNN.check(
            dnnl_eltwise_forward_desc_init(&operation, dnnl_forward_inference, kind, &maps, alpha, 0),
            activation.rawValue)
        return withUnsafePointer(to: &operation) {
            MapPrimitive(described($0, accumulates: false, nil, activation.rawValue), activation.rawValue)
        }
    }

    /// A copy in another order.
    static func reorder(from: dnnl_memory_desc_t, to: dnnl_memory_desc_t) -> MapPrimitive {
        var (from, to) = (from, to)
        let engine = OneDNN.shared.engine
        let attributes = attributes(accumulates: false, nil)
        defer { dnnl_primitive_attr_destroy(attributes) }
        var description: dnnl_primitive_desc_t?
        OneDNN.check(
            dnnl_reorder_primitive_desc_create(&description, &from, engine, &to, engine, attributes),
            "a layout")
        return MapPrimitive(description, "a layout")
    }

    private static func described(
        _ operation: UnsafeRawPointer, accumulates: Bool, _ activation: MapActivation?, _ what: String
    ) -> dnnl_primitive_desc_t? {
        let attributes = attributes(accumulates: accumulates, activation)
        defer { dnnl_primitive_attr_destroy(attributes) }
        var description: dnnl_primitive_desc_t?
        OneDNN.check(
            dnnl_primitive_desc_create(&description, operation, attributes, OneDNN.shared.engine, nil), what)
        return description
    }

    private static func attributes(accumulates: Bool, _ activation: MapActivation?) -> dnnl_primitive_attr_t?
    {
        var operations: dnnl_post_ops_t?
        dnnl_post_ops_create(&operations)
        if accumulates { dnnl_post_ops_append_sum(operations, 1) }
        if let activation {
            let (kind, alpha) = elementwise(activation)
            dnnl_post_ops_append_eltwise(operations, 1, kind, alpha, 0)
        }
        var attributes: dnnl_primitive_attr_t?
        dnnl_primitive_attr_create(&attributes)
        dnnl_primitive_attr_set_post_ops(attributes, operations)
        dnnl_post_ops_destroy(operations)
        // oneDNN's own scratchpad belongs to the thread that made the primitive; a cell runs on its own thread.
        dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user)
        return attributes
    }

    private static func elementwise(_ activation: MapActivation) -> (dnnl_alg_kind_t, Float) {
        switch activation {
        case .relu: (dnnl_eltwise_relu, 0)
        case .relu6: (dnnl_eltwise_bounded_relu, 6)
        case .silu: (dnnl_eltwise_swish, 1)
        }
    }

    private static func query(_ description: dnnl_primitive_desc_t?, _ what: dnnl_query_t)
        -> dnnl_memory_desc_t
    {
        dnnl_primitive_desc_query_md(description, what, 0)?.pointee ?? dnnl_memory_desc_t()
    }

    /// A window's strides and padding as oneDNN takes them, rows before columns.
    private struct Window {
        let strides: [dnnl_dim_t]
        let before: [dnnl_dim_t]
        let after: [dnnl_dim_t]

        init(_ window: MapWindow, over shape: MapShape) {
            let rows = window.padding(over: shape.height)
            let columns = window.padding(over: shape.width)
            strides = [dnnl_dim_t(window.stride), dnnl_dim_t(window.stride)]
            before = [dnnl_dim_t(rows.before), dnnl_dim_t(columns.before)]
            after = [dnnl_dim_t(rows.after), dnnl_dim_t(columns.after)]
        }
    }
}
