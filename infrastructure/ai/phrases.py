"""What engines say in words of ours, in every language that users see."""

from __future__ import annotations

from dataclasses import dataclass

from domain.session import Language


@dataclass(frozen=True, slots=True)
class Phrases:
    """Sentences. `{…}` are filled in by whoever uses one; `{example}` is what a number of the shop looks like."""

    # What stands between two sentences.
    joint: str
    # A title within a sentence, and what stands between two of them.
    title: str
    title_joint: str
    greeting: str
    thanks: str
    acknowledged: str
    goodbye: str
    identity: str
    well_being: str
    insult: str
    unclear: str
    offer: str
    unknown: str
    nearest: str
    rest_unknown: str
    # The question back when two entries lie near; it must begin and end with words of its own.
    which: str
    colleague: str
    colleague_wrote: str
    nobody_wrote: str
    handing_over: str
    about: str
    ask_email: str
    ask_number: str
    ask_both: str
    not_found: str
    too_many_lookups: str
    orders_away: str
    shipped_by: str
    # Of an order with more items than a chat should show.
    more_items: str
    in_stock: str
    statuses: dict[str, str]
    order_is: dict[str, str]


PHRASES = {
    Language.ENGLISH: Phrases(
        joint=" ",
        title="“{title}”",
        title_joint=" or ",
        greeting="Hello! I am Aldermoor's assistant. Ask me about our e-bikes, delivery, returns or your order.",
        thanks="You are welcome! Is there anything else I can do for you?",
        acknowledged="All right. Just write if there is anything else.",
        goodbye="Goodbye, and enjoy the ride!",
        identity="I am an automated assistant, not a person. I answer from Aldermoor's knowledge base and look up "
        "orders. If you would rather talk to a colleague, just say “a person, please”.",
        well_being="Everything is running well here, thank you. What can I do for you?",
        insult="I am sorry that I could not help so far. Tell me in a few words what it is about, "
        "or say “a person, please”.",
        unclear="I did not quite understand that. Could you put your question into a few words?",
        offer="Shall I get a colleague for you?",
        unknown="I don't know the answer to that, and I would rather not guess.",
        nearest="Perhaps this is what you mean: {titles}.",
        rest_unknown="I have no sure answer to “{question}”; a colleague can help with that, "
        "just say “a person, please”.",
        which="Do you mean “{first}” or “{second}”?",
        colleague="My colleague",
        colleague_wrote="{name} wrote: “{text}”",
        nobody_wrote="No colleague has written in this conversation so far.",
        handing_over="All right, I am getting a colleague for you.",
        about="About the {name}: {text}",
        ask_email="I will gladly look up order {number}. To protect your data, please tell me the e-mail address "
        "with which it was placed.",
        ask_number="Thank you. Please tell me the order number as well; it looks like {example} "
        "and is in your confirmation e-mail.",
        ask_both="I will gladly look that up. Please tell me your order number (it looks like {example}) and the "
        "e-mail address with which you ordered.",
        not_found="I cannot find an order with this number and this e-mail address. Please check both; "
        "the number looks like {example} and is in your confirmation e-mail.",
        too_many_lookups="Too many orders could not be found, so I cannot look any up for now. "
        "Please try again in {minutes} min.",
        orders_away="I cannot reach the orders at the moment. Please try again a little later.",
        shipped_by="The carrier is {carrier}, tracking number {tracking}.",
        more_items="And {count} more items.",
        in_stock="In stock",
        statuses={
            "processing": "Processing",
            "packed": "Packed",
            "in_transit": "In transit",
            "out_for_delivery": "Out for delivery",
            "ready_for_pickup": "Ready for pickup",
            "delivered": "Delivered",
            "returned": "Returned",
            "refunded": "Refunded",
            "cancelled": "Cancelled",
            "partly_shipped": "Partly shipped",
        },
        order_is={
            "processing": "Your order {number} is being processed and can still be changed.",
            "packed": "Your order {number} is packed and will be handed to the carrier next.",
            "in_transit": "Your order {number} is on its way.",
            "out_for_delivery": "Your order {number} is out for delivery and should arrive today.",
            "ready_for_pickup": "Your order {number} has arrived and is waiting for you to collect it.",
            "delivered": "Your order {number} has been delivered.",
            "returned": "Your order {number} has come back to us as a return.",
            "refunded": "Your order {number} was refunded.",
            "cancelled": "Your order {number} was cancelled.",
            "partly_shipped": "Part of your order {number} is on its way; the rest follows.",
        },
    ),
    Language.CHINESE: Phrases(
        joint="",
        title="“{title}”",
        title_joint="或",
        greeting="您好！我是阿德摩尔的智能助手。电动自行车、配送、退换货或订单方面的问题都可以问我。",
        thanks="不客气！还有什么可以帮您的吗？",
        acknowledged="好的。还有问题随时告诉我。",
        goodbye="再见，祝您骑行愉快！",
        identity="我是智能助手，不是真人。我根据阿德摩尔的知识库回答问题，也可以查询订单。如果您想和同事沟通，请说“转人工”。",
        well_being="一切正常，谢谢关心。有什么可以帮您？",
        insult="很抱歉没能帮到您。请用几个字告诉我是什么事，或者说“转人工”。",
        unclear="抱歉，我没有看懂。可以用几个字描述一下您的问题吗？",
        offer="需要我为您转接同事吗？",
        unknown="抱歉，这个问题我不知道答案，也不想随便猜。",
        nearest="您想问的也许是：{titles}。",
        rest_unknown="关于“{question}”我没有确切的答案，同事可以帮您，请说“转人工”。",
        which="您想问的是“{first}”还是“{second}”？",
        colleague="我的同事",
        colleague_wrote="{name}写道：“{text}”",
        nobody_wrote="到目前为止，还没有同事在这次对话中留言。",
        handing_over="好的，我来为您联系同事。",
        about="关于 {name}：{text}",
        ask_email="好的，我来查询订单 {number}。为了保护您的信息，请告诉我下单时使用的邮箱。",
        ask_number="谢谢。请再告诉我订单号，形如 {example}，可以在确认邮件中找到。",
        ask_both="好的，我来帮您查。请告诉我订单号（形如 {example}）和下单时使用的邮箱。",
        not_found="没有找到与这个订单号和邮箱相符的订单。请核对这两项，订单号形如 {example}，可以在确认邮件中找到。",
        too_many_lookups="查询失败的次数过多，暂时不能再查询订单。请在 {minutes} 分钟后再试。",
        orders_away="暂时无法查询订单，请稍后再试。",
        shipped_by="承运商 {carrier}，运单号 {tracking}。",
        more_items="另有 {count} 种商品。",
        in_stock="有货",
        statuses={
            "processing": "处理中",
            "packed": "已打包",
            "in_transit": "运输中",
            "out_for_delivery": "派送中",
            "ready_for_pickup": "待取件",
            "delivered": "已送达",
            "returned": "已退货",
            "refunded": "已退款",
            "cancelled": "已取消",
            "partly_shipped": "部分发货",
        },
        order_is={
            "processing": "您的订单 {number} 正在处理中，现在还可以修改。",
            "packed": "您的订单 {number} 已打包，即将交给承运商。",
            "in_transit": "您的订单 {number} 正在运输途中。",
            "out_for_delivery": "您的订单 {number} 正在派送，预计今天送达。",
            "ready_for_pickup": "您的订单 {number} 已到达取货点，请前往领取。",
            "delivered": "您的订单 {number} 已送达。",
            "returned": "您的订单 {number} 已退回我们这里。",
            "refunded": "您的订单 {number} 已退款。",
            "cancelled": "您的订单 {number} 已取消。",
            "partly_shipped": "您的订单 {number} 已部分发货，其余商品随后寄出。",
        },
    ),
}
