"""What people say besides asking: greetings, thanks, goodbyes, and whether they talk to a machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from infrastructure.ai.retrieval.index import Index
from infrastructure.ai.retrieval.terms import normalised


class SmallTalk(StrEnum):
    """Kinds; each is the name of the phrase that answers it. Of several in a message the first of these counts."""

    IDENTITY = "identity"
    INSULT = "insult"
    WELL_BEING = "well_being"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    GREETING = "greeting"
    ACKNOWLEDGED = "acknowledged"
    UNCLEAR = "unclear"


# Longer than this it is not small talk alone, and the patterns below need not look at it.
_MAX_CHARACTERS = 80

_PRAISE = r"(?:that'?s |that is |it'?s |you'?re |you are |this is |was |very |really |so |quite |pretty |super )*"
_GOOD = r"(?:great|perfect|awesome|wonderful|nice|cool|good|lovely|brilliant|amazing|excellent|helpful|fantastic|sweet)"

# What may stand around these, and says nothing by itself.
_AROUND = re.compile(
    r"(?:mate|man|guys?|there|everyone|so|very|much|well|oh|ah|and|then|now|just|please|again|buddy|bro|dear|friend"
    r"|team|but"
    r"|too|though|tho|really|honestly|already|actually|anyway|for now|today|here|all|x+|no|yeah|okay|right)(?!\w)"
    r"|那|就|哈|呀|啊|啦|吧|嘛|哦|噢|嗯|了|的|咯|哟|你们|你|您|各位|亲|小助手|客服|小姐姐|小哥哥|老板|大佬|先|也|不过|还|我|今天|现在|刚才|而已"
)

# Each clause of a message must be one of these as a whole, so that a question is never swallowed.
_CLAUSES = {
    SmallTalk.IDENTITY: r"(?:and |so |but )?who (?:are you|am i|is this|is that|'?s this)"
    r"(?: (?:talking|speaking|chatting|writing)(?: (?:to|with))?)?(?: here| now| please| exactly)?"
    r"|(?:and |so )?what are you(?: exactly)?|what'?s your name|do you have a name"
    r"|(?:are you|is this|am i (?:talking|speaking|chatting|writing) (?:to|with))"
    r"(?: (?:a|an|the|really|actually|just|some|kind|of|even))*"
    r" (?:(?:real|actual|live|human|automated|chat|ai|smart) )*"
    r"(?:bots?|robots?|chatbots?|machines?|computers?|ai|humans?|persons?|people|real|program|human being|assistant)"
    r"(?: or (?:an? |one of those |some )?(?:real |actual |human )?"
    r"(?:bot|robot|chatbot|machine|computer|ai|human|person|what|not)s?)?(?: here)?"
    r"|(?:do|can|are) you (?:ever |really |actually )?(?:sleep|eat|dream|tired|bored|lonely|married|single|alive|real"
    r"|think|feel|have (?:feelings|a name|a family|a life))|how old are you|what (?:can|do) you do|who made you"
    r"|(?:请问)?(?:你|您|这|对面)(?:到底|究竟)?是(?:不是)?(?:个|一个)?(?:机器人|真人|人工|智能|活人|ai|人|机器)"
    r"(?:客服|智能|助手)?(?:吗|么|吧|呢|啊|还是.{1,6})?"
    r"|(?:请问)?(?:你|您)(?:是谁|是哪位|是什么|是干嘛的|是做什么的|叫(?:什么|啥)(?:名字|名)?)(?:啊|呀|呢)?"
    r"|(?:请问)?(?:怎么|如何)称呼(?:您|你)?(?:啊|呀|呢)?|(?:你|您)(?:会|能)(?:做|干)?(?:点|些)?(?:什么|啥)(?:啊|呀|呢)?"
    r"|(?:你|您)(?:几岁|多大)(?:了|啦)?|(?:你|您)(?:要|用|会|也)*(?:睡觉|吃饭|累|休息)(?:吗|不|么)"
    r"|(?:请问)?(?:我)?(?:现在)?(?:在|是在)?(?:跟|和|同|与)谁(?:说话|聊天|聊|讲话|对话|沟通)(?:呢|啊|呀)?",
    SmallTalk.INSULT: r"(?:you(?:'re| are)? |this is |what an? |such an? )*(?:so |really |fucking |bloody |totally )*"
    r"(?:stupid|dumb|idiots?|useless|moron|rubbish|crap|shit|garbage|worthless|annoying|pathetic)(?: bot| machine"
    r"| thing)?"
    r"|(?:fuck|screw) (?:you|off|this)|shut up|(?:你|你们|真|太|这)*(?:是|个|真|太|好|很)*"
    r"(?:傻|笨|蠢|垃圾|废物|傻逼|白痴|智障|没用|弱智)(?:机器人|东西|玩意|客服)?(?:啊|了|死了)?|滚|闭嘴|去死",
    SmallTalk.WELL_BEING: r"(?:and )?how (?:are|r) (?:you|u|ya|things)(?: doing| today| feeling| over there| going)*"
    r"|how'?s (?:it|life|things|everything|your (?:day|week|morning))(?: going| been)?(?: over there| today| so far)*"
    r"|how do you do"
    r"|what'?s up|sup|how is your day(?: going)?|how'?s your day|(?:你|您)?(?:今天|最近)?(?:过得|心情|状态)"
    r"(?:好吗|好不好|怎么样|咋样|如何)(?:啊|呀)?|(?:你|您)(?:今天)?(?:好吗|忙吗|忙不忙)|今天(?:咋样|怎么样|好吗)|最近(?:怎么样|好吗|咋样)|吃了吗",
    SmallTalk.THANKS: rf"(?:ok(?:ay)? |{_GOOD} |and )*(?:thanks|thank you|thank u|thx|tks|cheers|ty|tysm"
    rf"|ta|many thanks|much appreciated|appreciated)"
    r"(?: (?:ever so much|so much|very much|a lot|a bunch|a million|again|man|mate|guys|then|anyway|for (?:the|your"
    r"|all) .{1,20}))*"
    rf"|(?:you(?:'ve| have)? been |i )?(?:appreciate it|very helpful)|{_PRAISE}{_GOOD}(?: answer| job| one| work"
    rf"| {_GOOD})?"
    r"|(?:you(?:'ve| have)?|u|it|that|this)?(?:'s| is| are|'re| been| was)* ?(?:an? |the |such an? |absolute |real "
    r"|total |proper )*"
    r"(?:stars?|legends?|gem|lifesaver|life saver|angel|great help|big help|so helpful|best|funny|cute|sweet|smart"
    r"|clever"
    r"|impressive|impressed|hilarious)|(?:cute|nice|lovely|cool|great) name|well done|good (?:bot|one|job)|10/10"
    r"|five stars"
    r"|(?:that|it)'?s all i (?:needed|wanted)(?: to know)?|all i needed(?: to know)?|love (?:it|this|that|you"
    r"|your site)"
    r"|(?:honestly |really )?(?:the )?(?:nicest|best|quickest|friendliest) (?:\w+ ){0,3}(?:ever|i'?ve(?: ever)? \w+)"
    r"(?: used| had| seen| met)?"
    r"|(?:that|this|it|you) (?:really )?(?:helped|helps|did help|works|worked)(?: me)?(?: a lot)?"
    r"|(?:好的?|那|行)?(?:太|非常|十分|真是)?(?:谢谢|多谢|感谢|谢啦|谢了|谢谢啦|感激|辛苦|麻烦)"
    r"(?:你的帮助|您的帮助|你|您|啦|了|哈|哦|呀|哟|晒|各位|你们|小助手|客服|亲)*"
    r"|给(?:你|您|你们)?(?:点(?:个)?赞|(?:个)?好评|五星(?:好评)?|个赞)|点赞|(?:五星)?好评|爱了爱了"
    r"|(?:你|您|你们|客服|服务)?(?:真|挺|好|很|还|可|太|蛮|真是|挺是)+(?:聪明|厉害|棒|牛|贴心|有耐心|耐心|专业|靠谱|会做生意"
    r"|可爱|给力|优秀|机灵|热情|周到|会说话|幽默|搞笑|有意思|逗)(?:啊|呀|的|了|哦|嘛|啦)*"
    r"|(?:你|您)?(?:真|可|可真)?(?:帮(?:了|咗)?(?:我)?(?:个)?大忙)(?:了|啦)?|太(?:好|棒)了|很好|真好|不错|厉害|有帮助|很有用|[👍🙏😊❤🎉👌💪🥰😀😄]+",
    SmallTalk.GOODBYE: r"(?:ok(?:ay)? |well )?(?:good ?bye|bye+(?: bye+)?(?: now)?|cya|ciao|laters?|ttyl|ta ?ta"
    r"|see (?:you|ya|u)(?: later| soon)?"
    r"|(?:talk|speak)(?: to you)? (?:later|soon)|until next time"
    r"|good ?night|take care)(?: then| for now)?"
    r"|that'?s all(?: for now)?|that (?:is|was|will be) all(?: for now)?|(?:have|enjoy) (?:a |your |the )?(?:nice "
    r"|good "
    r"|great |lovely |rest of (?:your|the) )*"
    r"(?:day|evening|one|weekend|night|week|afternoon)|(?:i'?m |i |we )?(?:leaving|gotta|got to|have to|need to|must)"
    r" ?(?:run|go|dash|leave)?(?: now)?|(?:i'?m )?off (?:now|then|to (?:bed|work))|sleep well|nothing else|再见"
    r"|(?:拜拜?|88+6?|撤了|闪了|溜了)(?:啦|了|咯)?|拜了"
    r"|(?:那|我|就|那就)*先(?:这样|走|撤|下|忙|去忙)(?:了|吧|啦|哈)*|(?:早点|早些|好好)休息(?:吧|哈|啦|哦)?"
    r"|(?:回头|下次|改天|以后)(?:见|聊|再聊|再说|再来)|(?:我)?(?:自己)?(?:搞定|解决|弄好|找到)(?:了|啦)"
    r"|(?:祝(?:你|您|你们)?)?(?:周末|节日|假期)愉快|没事了|没有了|没别的了|没问题了"
    r"|(?:没事|没有|没别的事|没其他事|没问题)(?:了|啦|儿了)|祝.{0,4}(?:生意兴隆|顺利|开心|愉快|好运)"
    r"|回见|晚安(?:啦|哦|呀)?|就这样吧?|先这样吧?",
    SmallTalk.GREETING: r"(?:hi+|hello+|hey+|hiya|howdy|greetings|yo|(?:a )?(?:very )?good (?:morning|afternoon"
    r"|evening|day)|morning|evening)"
    r"(?: (?:there|everyone|all|guys|team|again|to you|you|folks|bot|mate|ya|lovely))*|anyone (?:here|there)"
    r"|is (?:anyone|anybody"
    r"|someone) there|(?:are )?(?:you|u)(?: still)? there|oh there you are|knock knock|dear (?:sir|madam|sirs|team"
    r"|all)"
    r"(?: (?:or|and) (?:sir|madam))?|to whom it may concern"
    r"|(?:i )?hope (?:you(?:'re| are)?|u|all|everyone) .{0,24}(?:well|good|weekend|day|week|morning|christmas"
    r"|holidays)"
    r"|(?:happy|merry) (?:new year|easter|christmas|holidays|friday|monday|weekend|birthday)"
    r"|(?:nothing |nothin |just |only )*(?:saying|sayin|wanted to say) (?:hi|hello|hey)"
    r"|(?:i'?m |im )?(?:just |only )*(?:looking|browsing|having a look|looking around|passing by|window shopping)"
    r"(?: around| about| for now)*|(?:just )?(?:a )?test(?:ing)?(?: (?:test(?:ing)?|this|1|2|3|123|one|two|three))*"
    r"|(?:i (?:have|'?ve got) |got )?(?:a |one )?(?:quick )?(?:question|query)(?: for you)?"
    r"|can (?:i|you) (?:ask (?:you )?(?:a question|something)|help(?: me)?)|(?:i )?need (?:some |your )?help"
    r"|help(?: me)?"
    r"|(?:你|您|大家|亲|老板|客服|店家|各位|掌柜|小助手|美女|帅哥|你们)+好(?:呀|啊|哈|哦)?|嗨+|嘿+|喂+|哈喽|哈啰|哈罗"
    r"|在(?:线)?(?:吗|么|嘛|不在?|没)|(?:我)?(?:就|先|只是)?随便(?:逛逛|看看|问问|瞧瞧)(?:的|而已)?|不用(?:管|理)我"
    r"|打个招呼|(?:测试)+(?:一下|下)?|(?:新年|元旦|春节|中秋|圣诞|节日|国庆)快乐|今天又?是.{0,8}的一天"
    r"|(?:我)?(?:有个问题|想问个问题|想咨询(?:一下|下)?|咨询(?:一下|下)?|(?:想)?请教(?:一下|下)?|帮个忙|有事(?:想)?请教)"
    r"|有人(?:吗|在吗|没|没有|嘛|么|在不在?)|(?:大家)?(?:早|早上|上午|中午|下午|晚上)好(?:呀|啊|哈)?"
    r"|早安?",
    SmallTalk.ACKNOWLEDGED: rf"(?:(?:ok(?:ay)?|k|all ?right|alright|fine|got it|i see|understood|sure|yes|yep|yeah"
    rf"|no|nope|right|aha|ah|oh|hm+"
    rf"|makes sense|fair enough|noted|will do|no problem|no worries|{_GOOD}|then|so|well|i understand|got you"
    rf"|gotcha|haha(?:ha)*|hehe|lol|lmao|rofl|wow|omg|oops|whoops|ugh|damn|fair|true|indeed|exactly|never ?mind"
    rf"|my bad"
    rf"|done|sorted|ha|phew|yay|yup|nah|bummer|interesting|fingers crossed|ignore (?:that|me)|wait|nothing"
    rf"|nothin)(?: |$))+"
    r"|(?:just )?(?:one|a|give me a|wait a|hold on a|hang on a) (?:sec|second|moment|minute|min|mo)|hang on|hold on"
    r"|brb(?: .{0,25})?"
    r"|(?:i'?m |right i'?m |and i'?m )?back(?: again| now)?|wrong (?:button|chat|window)|(?:i )?(?:hit"
    r"|pressed) (?:enter|send) too (?:early|soon)"
    r"|(?:oh )?(?:i )?(?:found|got|see|solved|sorted|fixed) (?:it|them|that)(?: now| already| myself)?"
    r"|(?:i'?ll|i will|let me) (?:wait|think about it|have a think|think it over|try that|try it|do that|check"
    r"|check that|have a look"
    r"|let you know|get back to you|be back|come back|(?:talk to|ask) (?:him|her|them|my \w+))"
    r"|(?:ok |oh |and |i'?m |i am |so |very |my )*(?:sorry|apologies)(?: (?:about|for) (?:that|this|shouting|yelling"
    r"|the caps|swearing|my tone|being rude|the rude words|my language|bothering you|all the questions|the trouble))?"
    r"|(?:不好意思|抱歉|对不起)(?:啊|哈|了)?|(?:刚才|刚刚)?(?:我)?(?:的)?(?:语气|态度|说话)(?:有点|太)?(?:不好|冲|重|急)(?:了)?"
    r"|(?:好|好的|好吧|好滴|嗯|哦|噢|行|行吧|行了|可以|明白了?|知道了|懂了|了解了?|不用了|是的?|不是|收到|原来如此|这样啊"
    r"|好嘞|好咧|得嘞|好哒|果然|唉|哎|呃|额|哇|晕|无语|倒霉|哈|呵|嘻|真的|天哪|天啊|嗐|欸|算了|没什么|没啥)+"
    r"|(?:等|稍等)(?:一?下|一?会儿?|一?哈|等|我)*|(?:我)?(?:先|去)?接个?电话|(?:我)?(?:回|过)来了|(?:看到|找到|收到)了"
    r"|(?:我)?(?:手滑|按错|误触|发错(?:人|地方))(?:按到|点到|发的)?了?|(?:那|这)?还(?:差不多|行|可以|不错)|但愿(?:如此|没事)?"
    r"|(?:那)?(?:我)?(?:再|先|回去|回头)+(?:跟|和)?(?:他|她|家人|家里人|老婆|老公)?"
    r"(?:看看|想想|找找|问问|试试|商量|商量商量|考虑|考虑考虑|研究研究)(?:再说|吧|一下|先)?",
}
_PATTERNS = {kind: re.compile(pattern) for kind, pattern in _CLAUSES.items()}

_SAYS_SOMETHING = re.compile(r"[^\W_]")
_CLAUSE_END = re.compile(r"[!！.。,，~～?？:：)(;；…\n]+| - ")
_FACES = re.compile(r"[\u2190-\u2bff\U0001f000-\U0001faff]")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def small_talk(text: str) -> SmallTalk | None:
    """The kind of small talk that the whole message is, if it is nothing else."""
    if len(text) <= _MAX_CHARACTERS:
        kinds = [_kind(clause) for clause in _clauses(text)]
        if kinds and None not in kinds:
            return next(kind for kind in SmallTalk if kind in kinds)
    return None if _SAYS_SOMETHING.search(text) else SmallTalk.UNCLEAR


def remarks(text: str, index: Index) -> bool:
    """Whether the message is short, asks and wants nothing, and says no word that the shop's entries are known by."""
    if len(text) > _MAX_CHARACTERS or _ASKS_OR_WANTS.search(normalised(text)):
        return False
    question = index.question(text)
    return 0 < question.length <= _MAX_REMARK and not any(map(index.is_known, question.terms))


# A longer message tells a story, of which something is wanted even if no word of it is known.
_MAX_REMARK = 4
_ASKS_OR_WANTS = re.compile(
    r"[?？\d@]|\b(?:what|how|when|where|which|who|why|whose|can|could|may|do|does|did|is|are|will|would|should|must|any"
    r"|need|want|wanna|looking for|send|give|get|show|tell|help|problem|issue|order|buy|please|pls|not|cannot)\b|n't\b"
    r"|吗|嘛|么|呢|不[^，。]{0,3}$|怎|咋|多少|几|什么|啥|哪|谁|为何|能|可以|会不会|想|要|帮|给|请|求|查|找|问题|订|买|单|退|修|坏"
)


def _clauses(text: str) -> list[str]:
    plain = normalised(text).replace("\ufe0f", "")
    # A face beside words adds nothing to them.
    plain = _FACES.sub(" ", plain) if _SAYS_SOMETHING.search(plain) else plain
    ends = re.split(r"\s+", plain) if _CHINESE.search(plain) else [plain]
    return [" ".join(clause.split()) for part in ends for clause in _CLAUSE_END.split(part) if clause.strip()]


def _kind(clause: str) -> SmallTalk | None:
    """The kind of a clause, or of several together where people leave out the comma ("thx that helped")."""
    if kind := _kind_of_one(clause):
        return kind
    # Where what was read so far ends, and which kinds it holds.
    reached: dict[int, frozenset[SmallTalk]] = {0: frozenset()}
    for start in range(len(clause)):
        if start in reached:
            for end, kinds in _read_from(clause, start):
                reached[end] = reached.get(end, frozenset()) | reached[start] | kinds
    found = reached.get(len(clause), frozenset())
    return next((kind for kind in SmallTalk if kind in found), None)


def _read_from(clause: str, start: int) -> Iterator[tuple[int, frozenset[SmallTalk]]]:
    if clause[start] == " ":
        yield start + 1, frozenset()
    if around := _AROUND.match(clause, start):
        yield around.end(), frozenset()
    for kind, pattern in _PATTERNS.items():
        found = pattern.match(clause, start)
        if found and found.end() > start and not _WITHIN_A_WORD.match(clause, found.end()):
            yield found.end(), frozenset({kind})


_WITHIN_A_WORD = re.compile(r"(?<=[a-z0-9])[a-z0-9']")


def _kind_of_one(clause: str) -> SmallTalk | None:
    return next((kind for kind, pattern in _PATTERNS.items() if pattern.fullmatch(clause)), None)
